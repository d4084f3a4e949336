"""What fuzzing started from and found, as regression cases: only our own errors come out."""

import base64
from pathlib import Path

import pytest
from targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
FILES = [
    (name, file) for name in TARGETS for file in sorted((CORPUS / name).iterdir()) if file.is_file()
]


def test_the_corpus_is_there():
    assert {name for name, _ in FILES} == set(TARGETS)


def found(name):
    """What fuzzing kept because it went ways that nothing before it went; one text a line."""
    lines = (CORPUS / f"{name}.base64").read_text(encoding="ascii").split()
    return [base64.b64decode(line) for line in lines]


@pytest.mark.parametrize("part", range(8))
@pytest.mark.parametrize("name", TARGETS)
def test_what_was_found(name, part):
    texts = found(name)[part::8]
    assert texts
    for text in texts:
        assert TARGETS[name](text) is None


@pytest.mark.parametrize(("name", "file"), FILES, ids=lambda part: getattr(part, "name", part))
def test_file(name, file):
    assert TARGETS[name](file.read_bytes()) is None
