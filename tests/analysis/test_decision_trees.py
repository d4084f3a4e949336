"""Tables as trees of questions: the same rules for every combination of values, or no tree at all.

Random tables are compared with the engine in `soundness_tables.py` (`test_soundness.py`).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import product
from math import prod
from pathlib import Path

import pytest
from analysis_tables import load_table

import guidewright as gw
from guidewright.analysis.axes import Kind
from guidewright.analysis.decision_trees import (
    Ending,
    Leaf,
    NoTree,
    Question,
    Tree,
    grow,
    nodes,
    way_through,
)
from guidewright.analysis.tables import TableSubject, subjects_of, table_subject
from guidewright.analysis.tree_proof import _divided, proved, tree_of

ROOT = Path(__file__).resolve().parents[2] / "models"
MODELS = ("b12-deficiency", "sepsis-hour-1", "who-anc-anaemia/published")
MOST_CELLS = 800  # tables of the models with more are compared leaf by leaf only (in the proof)

SCORES = """U | severity: string = "mild", "severe" | age: number = [0..120] || class: string
  | "mild"   | >= 65 || "watch"
  | "mild"   | < 65  || "home"
  | "severe" | -     || "ward"
"""
FIRST = """F | a: boolean | b: boolean || y: string
  | true | -    || "1"
  | -    | true || "2"
  | -    | -    || "3"
"""
PRIORITY = """P | a: boolean | b: boolean || y: string = "high", "low"
  | true | -    || "low"
  | -    | true || "high"
"""
ANY = """A | a: boolean | b: boolean || y: string
  | true | -     || "x"
  | -    | true  || "x"
  | false | -    || "z"
"""
COLLECT = """C+ | a: boolean | b: boolean || y: number
  | true | -    || 1
  | -    | true || 2"""
DEFAULT = """U | a: boolean || y: string ?? "none"
  | true || "some"
"""


def subject(table: str) -> TableSubject:
    return table_subject(load_table(table), "D")


def tree(table: str) -> Tree:
    found = tree_of(subject(table))
    assert isinstance(found, Tree), found
    return found


def ends(table: str) -> dict[tuple[object, ...], tuple[Ending, tuple[int, ...]]]:
    """The end of every combination of values that the cells tell apart."""
    of = tree(table)
    axes = [of.subject.axes[place] for place in of.subject.columns]
    columns = [[part.value for part in axis.parts] for axis in axes]
    found = {}
    for values in product(*columns):
        leaf = way_through(of, values)[-1]
        assert isinstance(leaf, Leaf)
        found[values] = (leaf.ending, leaf.rules)
    return found


def test_a_missing_value_is_told_from_a_gap() -> None:
    by_values = ends(SCORES)
    assert by_values["mild", None] == (Ending.MISSING, ())
    assert by_values["severe", None] == (Ending.RULES, (2,))
    assert by_values[None, None] == (Ending.MISSING, ())


@pytest.mark.parametrize(
    ("table", "values", "ending", "rules"),
    [
        (FIRST, (True, True), Ending.RULES, (0,)),
        (FIRST, (None, True), Ending.RULES, (1,)),
        (FIRST, (None, None), Ending.RULES, (2,)),
        (PRIORITY, (True, True), Ending.RULES, (1,)),
        (PRIORITY, (True, None), Ending.RULES, (0,)),
        (PRIORITY, (False, False), Ending.GAP, ()),
        (ANY, (True, True), Ending.RULES, (0, 1)),
        (ANY, (False, True), Ending.CLASH, (1, 2)),
        (COLLECT, (True, True), Ending.RULES, (0, 1)),
        (COLLECT, (False, False), Ending.GAP, ()),
        (DEFAULT, (False,), Ending.DEFAULT, ()),
        (DEFAULT, (None,), Ending.DEFAULT, ()),
    ],
)
def test_hit_policies(
    table: str, values: tuple[object, ...], ending: Ending, rules: tuple[int, ...]
) -> None:
    assert ends(table)[values] == (ending, rules)


def test_one_question_for_each_step() -> None:
    for each in nodes(tree(SCORES).root):
        if isinstance(each, Question):
            assert each.asked & each.box[each.axis] == each.asked
            assert len(each.ways) in (2, 3)


@cache
def model_tables() -> dict[str, TableSubject]:
    return {
        f"{name}: {each.decision}": each
        for name in MODELS
        for each in subjects_of(gw.load(ROOT / name))
    }


def test_tables_of_the_models_against_the_engine() -> None:
    """Every combination of values of every table that is not too large, missing ones included."""
    compared = 0
    for name, of in model_tables().items():
        found = tree_of(of)
        if isinstance(found, NoTree) or prod(of.sizes) > MOST_CELLS:
            continue
        for cell in product(*(axis.parts for axis in of.axes)):
            values = {axis.name: part.value for axis, part in zip(of.axes, cell, strict=True)}
            seen = of.seen(of.witness(values))
            assert seen is not None, name
            leaf = way_through(found, [cell[place].value for place in of.columns])[-1]
            assert isinstance(leaf, Leaf)
            assert leaf.rules == tuple(rule.index for rule in seen.chosen), (name, values)
            compared += 1
    assert compared > 2000


def test_most_tables_of_the_models_have_a_tree() -> None:
    found = {name: tree_of(each) for name, each in model_tables().items()}
    reasons = {name: each.reason for name, each in found.items() if isinstance(each, NoTree)}
    assert len(found) - len(reasons) >= 35
    assert all(
        reason.startswith(("it would need more than", "a cell of")) for reason in reasons.values()
    ), reasons


def test_the_same_table_gives_the_same_tree() -> None:
    assert grow(subject(SCORES)) == grow(subject(SCORES))


# what cannot be proved is no tree ---------------------------------------------------------------


def test_a_cell_that_looks_at_more_than_its_value_is_refused() -> None:
    table = """U | a: number | b: number || y: string
      | < b | - || "x"
"""
    found = tree_of(subject(table))
    assert isinstance(found, NoTree)
    assert "asks more than" in found.reason


def test_a_tree_that_is_too_large_is_refused() -> None:
    heads = " | ".join(f"a{number}: boolean" for number in range(7))
    rules = [" | ".join("true" if at == row else "-" for at in range(7)) for row in range(7)]
    table = f"C | {heads} || y: number\n" + "\n".join(
        f"  | {cells} || {row}" for row, cells in enumerate(rules)
    )
    found = tree_of(subject(table))
    assert found == NoTree("it would need more than 60 leaves")


def test_an_output_that_decides_and_is_computed_is_refused() -> None:
    table = """A | a: number || y: number
      | < 5 || a
      | < 3 || 2"""
    found = tree_of(subject(table))
    assert isinstance(found, NoTree)
    assert "compute" in found.reason


def _with_leaf(root: Question, leaf: Leaf, other: Leaf) -> Question:
    def changed(node: Question | Leaf) -> Question | Leaf:
        if isinstance(node, Leaf):
            return other if node is leaf else node
        unknown = None if node.unknown is None else changed(node.unknown)
        return replace(node, yes=changed(node.yes), no=changed(node.no), unknown=unknown)

    found = changed(root)
    assert isinstance(found, Question)
    return found


@pytest.mark.parametrize("table", [SCORES, FIRST, PRIORITY, ANY, COLLECT, DEFAULT])
def test_no_wrong_tree_is_proved(table: str) -> None:
    """Each leaf in turn gets another rule, and each question another set of parts."""
    of = subject(table)
    root = grow(of)
    assert isinstance(root, Question)
    assert isinstance(proved(of, root), Tree)
    for leaf in nodes(root):
        if not isinstance(leaf, Leaf):
            continue
        for rules in ((), (0,), (1,), (0, 1)):
            if rules != leaf.rules and len(of.rules) > max(rules, default=0):
                wrong = replace(leaf, rules=rules, ending=Ending.RULES if rules else Ending.GAP)
                assert isinstance(proved(of, _with_leaf(root, leaf, wrong)), NoTree), (leaf, rules)
    asked = replace(root, asked=root.box[root.axis])
    assert isinstance(proved(of, asked), NoTree)
    swapped = replace(root, yes=root.no, no=root.yes)
    assert isinstance(proved(of, swapped), NoTree)


def test_ways_that_only_add_up_to_a_question_do_not_divide_it() -> None:
    """Three times the second part of `false, true` is, as a number, `true` and null together."""
    of = subject(DEFAULT)
    root = grow(of)
    assert isinstance(root, Question)
    box = (0b110,)
    three = Leaf((0b010,), Ending.DEFAULT, ())
    wrong = replace(root, box=box, asked=0b010, yes=three, no=three, unknown=three)
    assert any("do not divide it" in each for each in _divided(of, wrong))


def test_a_patient_whose_value_a_column_does_not_take_goes_no_way() -> None:
    of = tree('U | x: string ~ "a", "b" | n: number || y: string\n  | "a" | < 5 || "p"')
    assert isinstance(way_through(of, ["b", 1])[-1], Leaf)
    assert way_through(of, ["c", 1]) == (of.root,)
    assert way_through(of, ["a", 1])[-1].rules == (0,)  # type: ignore[union-attr]


def test_null_is_asked_for_once_on_a_way() -> None:
    for found in map(tree_of, model_tables().values()):
        if isinstance(found, NoTree):
            continue
        for each in nodes(found.root):
            if isinstance(each, Question) and each.unknown is not None:
                null = found.subject.axes[each.axis].mask(Kind.NULL)
                assert each.unknown.box[each.axis] == null
