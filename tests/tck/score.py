"""Print the score of the conformance suite by level, and what fails: `python tests/tck/score.py`."""

import sys

import harness
from test_tck import LEVELS


def main() -> int:
    failed = 0
    for level in LEVELS:
        cases = list(harness.cases(level))
        wrong = [(case, found) for case in cases if (found := harness.run(case))]
        failed += len(wrong)
        print(f"{level}: {len(cases) - len(wrong)} of {len(cases)} cases pass")
        for case, differences in wrong:
            print(f"  {case.id}: {'; '.join(differences)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
