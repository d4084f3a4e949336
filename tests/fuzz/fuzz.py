"""Coverage-guided fuzzing of the FEEL parser and the DMN reader: `python tests/fuzz/fuzz.py feel`.

Needs `pip install atheris`. The folders below `tests/fuzz/corpus` are where it starts; what it
found
in twenty minutes (247,074 runs for FEEL, 1,236,982 for DMN, after a first run had found a text that
took exponential time) stands in the `.base64` files. Both are run as regression cases by
`test_corpus.py`. What it finds new goes to the first folder named. Any exception but our own, and
any text that takes 25 s, is a finding.

    python tests/fuzz/fuzz.py feel -max_total_time=1200 found-feel tests/fuzz/corpus/feel
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["guidewright"]):
    sys.path.insert(0, str(Path(__file__).parent))
    from targets import TARGETS


def main() -> None:
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
