"""The test tables, the examples of the built-in functions, and that no node lacks its rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from feel_tables import Case, TableError, read_folder, read_lines, run

from guidewright.errors import Code
from guidewright.feel import ast, checker, code, lower, printer, python_backend
from guidewright.feel.builtins import BUILTINS

TABLES = Path(__file__).parent / "tables"
EXAMPLES = [
    Case(
        f"{builtin.name}:{number}",
        example.expression,
        example.expected,
        tuple((Code(each), None) for each in example.codes),
    )
    for builtin in BUILTINS.values()
    for number, example in enumerate(builtin.examples, start=1)
]


@pytest.mark.parametrize("case", read_folder(TABLES), ids=lambda case: case.id)
def test_case(case: Case) -> None:
    run(case)


@pytest.mark.parametrize("case", EXAMPLES, ids=lambda case: case.id)
def test_example(case: Case) -> None:
    run(case)


def test_every_built_in_has_examples() -> None:
    assert len(BUILTINS) == 86
    assert [name for name, builtin in BUILTINS.items() if not builtin.examples] == []


# tables -----------------------------------------------------------------------------------------


def test_a_line_that_is_no_case_is_a_fault() -> None:
    with pytest.raises(TableError, match=r"t\.feel:2: not a case: 1 \+ 1 = 2"):
        list(read_lines("t.feel", ["1 => 1", "1 + 1 = 2"]))


def test_an_unknown_code_is_a_fault() -> None:
    with pytest.raises(TableError, match=r"t\.feel:1: no message has the code 'feel\.typo'"):
        list(read_lines("t.feel", ["1 => null  ! feel.typo"]))


def test_a_folder_without_tables_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no test tables"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "1 + 1 => 3",
        "1 + 1 => 2  ! feel.refused",
        "1 / 0 => null",
        "1 / 0 => null  ! feel.refused 1-2",
        "1 + 1 => error",
        "1 + => error  ! feel.unknown-name",
    ],
)
def test_a_wrong_case_fails(line: str) -> None:
    (case,) = read_lines("t.feel", [line])
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run(case)


# rules ------------------------------------------------------------------------------------------


def classes(module: Any, base: type) -> set[type]:
    """All classes of a module below `base`; slotted classes leave ghosts in `__subclasses__`."""
    found = {each for each in vars(module).values() if isinstance(each, type)}
    return {each for each in found if issubclass(each, base) and each is not base}


@pytest.mark.parametrize("rules", [checker.RULES, lower.RULES, printer.RULES])
def test_every_node_has_a_rule(rules: dict[type, object]) -> None:
    assert set(rules) == classes(ast, ast.Node)


def test_every_type_is_written() -> None:
    texts = ["date", "list<date>", "range<date>", "context<a: date>", "function<date> -> date"]
    assert len(classes(ast, ast.TypeNode)) == len(texts)
    for text in texts:
        run(Case(text, f"[] instance of {text}", f"[] instance of {text}"))


def test_every_code_is_emitted() -> None:
    nodes = classes(code, code.Code)
    assert nodes
    assert nodes <= set(python_backend.VALUES)
