"""Coverage-guided fuzzing of the FEEL parser and the DMN reader: `python tests/fuzz/fuzz.py feel`.

Needs `pip install atheris`. The corpus below `tests/fuzz/corpus` is where it starts and is run as
regression cases by `test_corpus.py`; what it finds new goes to the folder named last. Any exception
but our own is a finding.

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
