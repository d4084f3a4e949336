"""What fuzzing started from and found, as regression cases: only our own errors come out."""

from pathlib import Path

import pytest
from targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
FILES = [
    (name, file) for name in TARGETS for file in sorted((CORPUS / name).iterdir()) if file.is_file()
]


def test_the_corpus_is_there():
    assert {name for name, _ in FILES} == set(TARGETS)


@pytest.mark.parametrize(("name", "file"), FILES, ids=lambda part: getattr(part, "name", part))
def test_file(name, file):
    assert TARGETS[name](file.read_bytes()) is None
