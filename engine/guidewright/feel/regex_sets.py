r"""Sets of characters for regular expressions: names like `\p{Lu}` or `\w` in, ranges out.

A set is a sorted tuple of disjoint (first, last) code points. Surrogates are in no set. Categories
and blocks come from `elementpath` (the tables of XML Schema); it is imported when first needed,
inside functions, because it costs more to import than all of guidewright.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from guidewright.feel.runtime import Refuse

Ranges = tuple[tuple[int, int], ...]

_LAST = 0x10FFFF
_SURROGATES = ((0xD800, 0xDFFF),)
_NAME_START: Ranges = (
    (0x3A, 0x3A),
    (0x41, 0x5A),
    (0x5F, 0x5F),
    (0x61, 0x7A),
    (0xC0, 0xD6),
    (0xD8, 0xF6),
    (0xF8, 0x2FF),
    (0x370, 0x37D),
    (0x37F, 0x1FFF),
    (0x200C, 0x200D),
    (0x2070, 0x218F),
    (0x2C00, 0x2FEF),
    (0x3001, 0xD7FF),
    (0xF900, 0xFDCF),
    (0xFDF0, 0xFFFD),
    (0x10000, 0xEFFFF),
)
_NAME_REST: Ranges = (
    (0x2D, 0x2E),
    (0x30, 0x39),
    (0xB7, 0xB7),
    (0x300, 0x36F),
    (0x203F, 0x2040),
)


def union(*sets: Iterable[tuple[int, int]]) -> Ranges:
    """Return the characters that are in some of the sets, which need not be sorted."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(pair for each in sets for pair in each):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined)


def complement(of: Iterable[tuple[int, int]]) -> Ranges:
    """Return the characters that are not in the set; never a surrogate."""
    gaps = []
    start = 0
    for first, last in union(of, _SURROGATES):
        if first > start:
            gaps.append((start, first - 1))
        start = last + 1
    if start <= _LAST:
        gaps.append((start, _LAST))
    return tuple(gaps)


def difference(of: Ranges, without: Ranges) -> Ranges:
    """Return the characters of the first set that are not in the second."""
    return complement(union(complement(of), without))


@cache
def escape_set(letter: str) -> Ranges:
    r"""Return the set of `\s`, `\d`, `\w`, `\i` or `\c`, or the complement for a capital."""
    if letter.isupper():
        return complement(escape_set(letter.lower()))
    match letter:
        case "s":
            return union([(9, 10), (13, 13), (32, 32)])
        case "d":
            return property_set("Nd")
        case "i":
            return _NAME_START
        case "c":
            return union(_NAME_START, _NAME_REST)
    return complement(union(*map(property_set, "PZC")))


@cache
def property_set(name: str) -> Ranges:
    r"""Return the set of `\p{name}`: a category (`L`, `Lu`) or a block (`IsBasicLatin`)."""
    from elementpath.regex import RegexError, unicode_subset

    try:
        points = unicode_subset(name).codepoints
    except RegexError:
        raise Refuse(f"there is no category or block {name!r}") from None
    ranges = union(
        (point, point) if isinstance(point, int) else (point[0], point[1] - 1) for point in points
    )
    return difference(ranges, _SURROGATES)


def with_variants(of: Ranges) -> Ranges:
    """Return the set with all characters that differ only in case (XPath flag `i`)."""
    variants = _variants()
    extra = [
        (other, other)
        for point, others in variants.items()
        if any(first <= point <= last for first, last in of)
        for other in others
    ]
    return union(of, extra)


@cache
def _variants() -> dict[int, frozenset[int]]:
    """Return for each character that has case all characters with its lower or upper case."""
    by_case: dict[str, set[int]] = {}
    for point in range(0x1FFFF):  # nothing beyond this plane has case
        character = chr(point)
        lower, upper = character.lower(), character.upper()
        if lower != character or upper != character:
            by_case.setdefault("l" + lower, set()).add(point)
            by_case.setdefault("u" + upper, set()).add(point)
    variants: dict[int, set[int]] = {}
    for points in by_case.values():
        for point in points:
            variants.setdefault(point, set()).update(points)
    return {point: frozenset(points) for point, points in variants.items() if len(points) > 1}
