"""Which answers are permitted when several rules speak: the algebra of offers.

In: the hits of a section, and how offers agree. Out: the permitted options, and a conflict when
statements exclude each other. See docs/guideline-format.md, "Roles".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations as combinations_of_two
from typing import Any

from guidewright.feel.text import literal
from guidewright.guideline.model import Agreement, SectionPlan
from guidewright.guideline.outcome import Conflict, Hit, Option

TEXT = "text"  # the output that is a sentence for people, and no part of the answer
Group = tuple[Hit, ...]  # alternatives within one statement


def combine_answer(title: str, hits: Sequence[Hit]) -> tuple[tuple[Option, ...], Conflict | None]:
    """Return one option per different answer; more than one is a conflict."""
    by_answer: dict[str, list[Hit]] = {}
    for hit in hits:
        by_answer.setdefault(literal(_answer(hit)), []).append(hit)
    options = tuple(Option(_answer(same[0]), tuple(same)) for same in by_answer.values())
    if len(options) < 2:
        return options, None
    sides = [option.hits for option in options]
    return options, _conflict(title, options, combinations_of_two(sides, 2))


def _answer(hit: Hit) -> dict[str, Any]:
    return {key: value for key, value in hit.outputs.items() if key != TEXT}


def combine_offers(
    plan: SectionPlan, hits: Sequence[Hit]
) -> tuple[tuple[Option, ...], Conflict | None]:
    """Return the permitted combinations of offers, and a conflict when none holds of every group.

    Alternatives within one statement never conflict; statements do when no alternative of the one
    is compatible with any of the other.
    """
    groups = _groups(hits)
    combinations = list(_maximal(plan.agree, groups))
    whole = [each for each in combinations if len(each) == len(groups)]
    options = _distinct(plan.agree, whole or combinations)
    if whole or not groups:
        return options, None
    pairs = [
        (one, other)
        for one, other in combinations_of_two(groups, 2)
        if _exclude(plan.agree, one, other)
    ] or list(combinations_of_two(groups, 2))
    return options, _conflict(plan.title, options, pairs)


def _conflict(
    title: str, options: tuple[Option, ...], pairs: Iterable[tuple[Group, Group]]
) -> Conflict:
    """Return the record: the statements that exclude others, the ambiguities both sides name."""
    statements: set[str] = set()
    ambiguities: set[str] = set()
    for one, other in pairs:
        statements.update(each for hit in (*one, *other) for each in hit.statements)
        ambiguities |= _named(one) & _named(other)
    return Conflict(title, tuple(sorted(statements)), tuple(sorted(ambiguities)), options)


def _named(group: Group) -> set[str]:
    return {each for hit in group for each in hit.ambiguities}


def _groups(hits: Sequence[Hit]) -> list[Group]:
    """Put the alternatives of one statement together; offers that say the same count once."""
    groups: dict[tuple[str, tuple[str, ...]], list[Hit]] = {}
    for hit in hits:
        group = groups.setdefault((hit.decision, hit.statements), [])
        if all(literal(_answer(hit)) != literal(_answer(other)) for other in group):
            group.append(hit)
    return [tuple(group) for group in groups.values()]


def compatible(agree: Mapping[str, Agreement], left: Hit, right: Hit) -> bool:
    """Say whether two offers agree on every attribute; what is null agrees with anything."""
    return all(
        _overlap(attribute, left.outputs, right.outputs)
        if how is Agreement.OVERLAP
        else _same(left.outputs.get(attribute), right.outputs.get(attribute))
        for attribute, how in agree.items()
    )


def _same(left: Any, right: Any) -> bool:
    return left is None or right is None or literal(left) == literal(right)


def _overlap(attribute: str, left: Mapping[str, Any], right: Mapping[str, Any]) -> bool:
    low, high = f"{attribute} low", f"{attribute} high"
    return _below(left.get(low), right.get(high)) and _below(right.get(low), left.get(high))


def _below(low: Any, high: Any) -> bool:
    """Say whether a lower bound can stand below an upper one; null bounds nothing."""
    return low is None or high is None or bool(low <= high)


def _exclude(agree: Mapping[str, Agreement], one: Group, other: Group) -> bool:
    return not any(compatible(agree, left, right) for left in one for right in other)


def _maximal(agree: Mapping[str, Agreement], groups: Sequence[Group]) -> Iterator[Group]:
    """Yield the combinations, at most one offer of a group, to which none can be added."""
    offers = [(place, hit) for place, group in enumerate(groups) for hit in group]
    fits = {
        first: {
            second
            for second, (other_place, other) in enumerate(offers)
            if place != other_place and compatible(agree, hit, other)
        }
        for first, (place, hit) in enumerate(offers)
    }
    for clique in _cliques(fits, set(), set(fits), set()):
        yield tuple(offers[index][1] for index in sorted(clique))


def _cliques(
    fits: Mapping[int, set[int]], chosen: set[int], open_: set[int], done: set[int]
) -> Iterator[set[int]]:
    """Yield the largest sets whose members all fit each other (Bron and Kerbosch)."""
    if not open_ and not done:
        if chosen:
            yield chosen
        return
    pivot = max(open_ | done, key=lambda each: len(fits[each] & open_))
    for each in sorted(open_ - fits[pivot]):
        yield from _cliques(fits, chosen | {each}, open_ & fits[each], done & fits[each])
        open_ = open_ - {each}
        done = done | {each}


def _distinct(agree: Mapping[str, Agreement], combinations: Sequence[Group]) -> tuple[Option, ...]:
    """Return one option per different set of attributes, with the hits of all that have it."""
    found: dict[str, Option] = {}
    for hits in combinations:
        attributes = _merged(agree, hits)
        key = literal(attributes)
        before = found[key].hits if key in found else ()
        found[key] = Option(attributes, tuple(dict.fromkeys((*before, *hits))))
    return tuple(found.values())


def _merged(agree: Mapping[str, Agreement], hits: Sequence[Hit]) -> dict[str, Any]:
    """Return what the offers say together: the value somebody gives, the range all share."""
    merged: dict[str, Any] = {}
    for attribute, how in agree.items():
        if how is Agreement.OVERLAP:
            lows = [hit.outputs.get(f"{attribute} low") for hit in hits]
            highs = [hit.outputs.get(f"{attribute} high") for hit in hits]
            merged[f"{attribute} low"] = max((v for v in lows if v is not None), default=None)
            merged[f"{attribute} high"] = min((v for v in highs if v is not None), default=None)
        else:
            merged[attribute] = _first(hits, attribute)
    for hit in hits:
        for key in hit.outputs:
            if key != TEXT and key not in merged:
                merged[key] = _first(hits, key)
    return merged


def _first(hits: Sequence[Hit], attribute: str) -> Any:
    given = (hit.outputs.get(attribute) for hit in hits)
    return next((value for value in given if value is not None), None)
