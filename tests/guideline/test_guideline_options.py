"""The algebra of offers: which combinations are permitted, and when statements conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.dmn.model import Rule
from guidewright.feel.text import literal
from guidewright.guideline.model import Agreement, Role, SectionPlan
from guidewright.guideline.options import combine_answer, combine_offers, compatible
from guidewright.guideline.outcome import Conflict, Hit, Option
from guidewright.source import text_span

AGREE = {"route": Agreement.SAME, "dose": Agreement.OVERLAP, "length": Agreement.SAME}
PLAN = SectionPlan("Treatment", Role.OPTIONS, ("treat",), AGREE, text_span(""), {})


def hit(written: str, decision: str = "treat") -> Hit:
    """Return the hit that `S1 S2 ?A1: route oral, dose 1..2, length 3` writes."""
    cited, _, said = written.partition(":")
    outputs: dict[str, Any] = {"route": None, "dose low": None, "dose high": None, "length": None}
    for part in filter(None, map(str.strip, said.split(","))):
        key, _, value = part.partition(" ")
        if key == "dose":
            low, _, high = value.partition("..")
            outputs["dose low"] = int(low) if low else None
            outputs["dose high"] = int(high) if high else None
        else:
            outputs[key] = value
    names = cited.split()
    return Hit(
        decision,
        _rule(written),
        outputs,
        outputs.get("text"),
        tuple(name for name in names if not name.startswith("?")),
        tuple(name[1:] for name in names if name.startswith("?")),
    )


def _rule(name: str) -> Rule:
    """Return a rule of which only the name matters here."""
    rule = object.__new__(Rule)
    object.__setattr__(rule, "id", name)
    return rule


def shown(option: Option) -> str:
    """Return an option as the tables below write it."""
    given_ = option.attributes
    parts = [f"route {given_['route']}"] if given_["route"] is not None else []
    low, high = given_["dose low"], given_["dose high"]
    if low is not None or high is not None:
        parts.append(f"dose {'' if low is None else low}..{'' if high is None else high}")
    if given_["length"] is not None:
        parts.append(f"length {given_['length']}")
    return f"{' '.join(option.statements)}: {', '.join(parts)}"


# what it is, the offers, the permitted options, the statements in conflict
TABLE: list[tuple[str, list[str], list[str], str]] = [
    ("nothing", [], [], ""),
    ("one", ["S1: route oral"], ["S1: route oral"], ""),
    ("two that agree", ["S1: route oral", "S2: route oral"], ["S1 S2: route oral"], ""),
    (
        "what one leaves open, the other says",
        ["S1: route oral", "S2: dose 1..2"],
        ["S1 S2: route oral, dose 1..2"],
        "",
    ),
    (
        "doses that overlap leave what both allow",
        ["S1: dose 1..5", "S2: dose 3..9"],
        ["S1 S2: dose 3..5"],
        "",
    ),
    ("doses that touch", ["S1: dose 1..3", "S2: dose 3..9"], ["S1 S2: dose 3..3"], ""),
    ("a dose without an upper end", ["S1: dose 2..", "S2: dose 1..9"], ["S1 S2: dose 2..9"], ""),
    (
        "doses apart",
        ["S1: dose 1..2", "S2: dose 3..9"],
        ["S1: dose 1..2", "S2: dose 3..9"],
        "S1 S2",
    ),
    (
        "routes that differ",
        ["S1: route oral", "S2: route injection"],
        ["S1: route oral", "S2: route injection"],
        "S1 S2",
    ),
    (
        "alternatives within one statement never conflict",
        ["S1: route oral", "S1: route injection"],
        ["S1: route oral", "S1: route injection"],
        "",
    ),
    (
        "one alternative fits the other statement",
        ["S1: route oral", "S1: route injection", "S2: route oral"],
        ["S1 S2: route oral"],
        "",
    ),
    (
        "no alternative fits",
        ["S1: route oral", "S1: route spray", "S2: route injection"],
        ["S1: route oral", "S1: route spray", "S2: route injection"],
        "S1 S2",
    ),
    (
        "a third that fits both sides is in both options, and in no conflict",
        ["S1: route oral", "S2: route injection", "S3: length long"],
        ["S1 S3: route oral, length long", "S2 S3: route injection, length long"],
        "S1 S2",
    ),
    (
        "two against one",
        ["S1: route oral", "S2: route injection", "S3: route injection, length long"],
        ["S1: route oral", "S2 S3: route injection, length long"],
        "S1 S2 S3",
    ),
    (
        "three that fit in pairs but not together",
        ["S1: dose 1..4", "S2: dose 3..8, route oral", "S3: dose 4..9, route oral"],
        ["S1 S2 S3: route oral, dose 4..4"],
        "",
    ),
    (
        "each pair has a common alternative, all three have none",
        [
            "S1: route a",
            "S1: route b",
            "S2: route b",
            "S2: route c",
            "S3: route a",
            "S3: route c",
        ],
        ["S1 S3: route a", "S1 S2: route b", "S2 S3: route c"],
        "S1 S2 S3",
    ),
    ("the same offer twice", ["S1: route oral", "S1: route oral"], ["S1: route oral"], ""),
    (
        "a statement that says nothing agrees with anything",
        ["S1: route oral", "S2:", "S3: route injection"],
        ["S1 S2: route oral", "S2 S3: route injection"],
        "S1 S3",
    ),
]


@pytest.mark.parametrize(
    ("offers", "permitted", "conflict"), [each[1:] for each in TABLE], ids=[e[0] for e in TABLE]
)
def test_offers(offers: list[str], permitted: list[str], conflict: str) -> None:
    options, found = combine_offers(PLAN, [hit(each) for each in offers])
    assert sorted(map(shown, options)) == sorted(permitted)
    assert " ".join(found.statements if found else ()) == conflict
    if found is not None:
        assert found.options == options
        assert found.section == "Treatment"


def test_a_conflict_names_the_ambiguities_both_sides_name() -> None:
    offers = ["S1 ?A1 ?A2: route oral", "S2 ?A1 ?A3: route injection"]
    _, found = combine_offers(PLAN, [hit(each) for each in offers])
    assert found is not None
    assert found.ambiguities == ("A1",)


def test_the_same_statements_in_two_decisions_are_two_sides() -> None:
    one, other = hit("S1: route oral", "by cause"), hit("S1: route injection", "by severity")
    options, found = combine_offers(PLAN, [one, other])
    assert len(options) == 2
    assert found is not None
    assert found.statements == ("S1",)


ANSWERS: list[tuple[str, list[str], int, str]] = [
    ("nothing", [], 0, ""),
    ("one", ["S1: route oral"], 1, ""),
    ("the same from two statements", ["S1: route oral", "S2: route oral"], 1, ""),
    ("sentences do not count", ["S1: route oral, text a", "S2: route oral, text b"], 1, ""),
    ("two answers", ["S1: route oral", "S2: route spray"], 2, "S1 S2"),
    ("null is another answer", ["S1: route oral", "S2:"], 2, "S1 S2"),
    ("two of three", ["S1: route a", "S2: route a", "S3: route b"], 2, "S1 S2 S3"),
]


@pytest.mark.parametrize(
    ("hits", "count", "conflict"), [each[1:] for each in ANSWERS], ids=[e[0] for e in ANSWERS]
)
def test_answers(hits: list[str], count: int, conflict: str) -> None:
    options, found = combine_answer("Diagnosis", [hit(each) for each in hits])
    assert len(options) == count
    assert " ".join(found.statements if found else ()) == conflict


# laws ---------------------------------------------------------------------------------------------

DOSES = ["", "dose 1..2", "dose 2..3", "dose 3..4", "dose 2..", "dose ..2"]
ROUTES = ["", "route oral", "route injection"]
LENGTHS = ["", "length long"]
OFFERS = st.builds(
    lambda number, *said: hit(f"S{number}: {', '.join(filter(None, said))}"),
    st.integers(1, 4),
    *map(st.sampled_from, (ROUTES, DOSES, LENGTHS)),
)
SOME = st.lists(OFFERS, max_size=6)


def canonical(found: tuple[tuple[Option, ...], Conflict | None]) -> object:
    """Return options and conflict without their order."""
    options, conflict = found
    listed = sorted(
        (literal(dict(sorted(o.attributes.items()))), sorted(o.statements)) for o in options
    )
    return listed, (conflict.statements, conflict.ambiguities) if conflict else None


@given(hits=SOME, data=st.data())
def test_the_order_of_hits_does_not_matter(hits: list[Hit], data: st.DataObject) -> None:
    mixed = data.draw(st.permutations(hits))
    assert canonical(combine_offers(PLAN, hits)) == canonical(combine_offers(PLAN, mixed))
    assert canonical(combine_answer("A", hits)) == canonical(combine_answer("A", mixed))


@given(hits=SOME)
def test_where_there_are_hits_something_is_permitted(hits: list[Hit]) -> None:
    for options, _ in (combine_offers(PLAN, hits), combine_answer("A", hits)):
        assert bool(options) == bool(hits)


@given(hits=SOME)
def test_every_statement_is_in_some_option(hits: list[Hit]) -> None:
    options, conflict = combine_offers(PLAN, hits)
    if conflict is not None:
        cited = {each for option in options for each in option.statements}
        assert cited == {each for one in hits for each in one.statements}


@given(hits=SOME)
def test_an_option_s_offers_agree_and_none_can_be_added(hits: list[Hit]) -> None:
    options, conflict = combine_offers(PLAN, hits)
    for option in options:
        sides = by_statement(option.hits)
        chosen = [
            choice
            for choice in product(*sides)
            if all(compatible(AGREE, a, b) for a, b in combinations(choice, 2))
        ]
        assert chosen
        if conflict is None:
            assert len(sides) == len(by_statement(hits))


def by_statement(hits: Sequence[Hit]) -> list[list[Hit]]:
    groups: dict[tuple[str, tuple[str, ...]], list[Hit]] = {}
    for each in hits:
        groups.setdefault((each.decision, each.statements), []).append(each)
    return list(groups.values())


@given(hits=SOME)
def test_a_conflict_is_exactly_where_no_choice_fits(hits: list[Hit]) -> None:
    """Read off the definition: one offer from every statement, all pairwise compatible."""
    fits = any(
        all(compatible(AGREE, a, b) for a, b in combinations(choice, 2))
        for choice in product(*by_statement(hits))
    )
    _, conflict = combine_offers(PLAN, hits)
    assert (conflict is None) == (fits or not hits)


@given(hits=SOME)
def test_another_statement_never_resolves_a_conflict(hits: list[Hit]) -> None:
    """An offer that agrees with everything changes neither the conflict nor its statements."""
    _, before = combine_offers(PLAN, hits)
    _, after = combine_offers(PLAN, [*hits, hit("S9:")])
    assert (before is None) == (after is None)
    if before is not None and after is not None and len(by_statement(hits)) == 2:
        assert after.statements == before.statements


@given(left=OFFERS, right=OFFERS)
def test_agreement_is_mutual(left: Hit, right: Hit) -> None:
    assert compatible(AGREE, left, right) == compatible(AGREE, right, left)
    assert compatible(AGREE, left, left)


@given(hits=SOME)
def test_what_is_permitted_was_offered(hits: list[Hit]) -> None:
    """No attribute is invented: every value is one of the offers'."""
    offered: Mapping[str, set[Any]] = {
        key: {one.outputs[key] for one in hits} | {None} for key in (*hits[0].outputs,)
    } if hits else {}  # fmt: skip
    for option in combine_offers(PLAN, hits)[0]:
        assert all(value in offered[key] for key, value in option.attributes.items())
