"""Print the score of the conformance suite, and what fails: `python tests/tck/score.py`.

With `--write` it is put into docs/conformance.md, too.
"""

import re
import sys
from pathlib import Path

import harness
from test_tck import LEVELS

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
BLOCK = re.compile(r"(<!-- tck-score:[^\n]*-->\n).*?(?=\nThe suite compares)", re.DOTALL)


def main() -> int:
    failed = 0
    rows = ["| part of the suite | cases | pass |", "|---|---|---|"]
    for level in LEVELS:
        cases = list(harness.cases(level))
        wrong = [(case, found) for case in cases if (found := harness.run(case))]
        failed += len(wrong)
        rows.append(f"| {level} | {len(cases)} | {len(cases) - len(wrong)} |")
        print(f"{level}: {len(cases) - len(wrong)} of {len(cases)} cases pass")
        for case, differences in wrong:
            print(f"  {case.id}: {'; '.join(differences)}")
    if "--write" in sys.argv:
        told = (
            "\nThe part of the suite that is at hand (two thirds of it), run by "
            "`python tests/tck/score.py --write`; none is skipped:\n\n" + "\n".join(rows) + "\n"
        )
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(BLOCK.sub(lambda found: found[1] + told, page), encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
