"""Values and patients in the words of a clinician: `haemoglobin 112 g/L and pregnant`.

In: FEEL values by name, units by name. Out: phrases for the sentences of findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from guidewright.feel.text import literal


def value_words(value: Any) -> str:
    """Return a value as a clinician writes it; texts keep their quotation marks.

    >>> value_words(None), value_words("mild"), value_words([])
    ('missing', '"mild"', 'none')
    """
    if value is None:
        return "missing"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, list):
        return listed(value_words(each) for each in value) if value else "none"
    text = literal(value)
    return text.removeprefix('@"').removesuffix('"') if text.startswith("@") else text


def listed(words: Iterable[str], last: str = "and") -> str:
    """Join words: `a, b and c`.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *first, end = [*words] or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def values_words(values: Mapping[str, Any], units: Mapping[str, str]) -> str:
    """Return named values as one phrase: `age 10 a, severity missing and MMA result "normal"`."""
    return listed(
        f"{name} {value_words(value)}{_unit(value, units.get(name, ''))}"
        for name, value in values.items()
    )


def _unit(value: Any, unit: str) -> str:
    return f" {unit}" if unit and value is not None else ""


def percent(part: Fraction) -> str:
    """Return a share as a clinician reads it; never 0 % or 100 % unless it is.

    >>> percent(Fraction(1, 5)), percent(Fraction(1, 5000)), percent(Fraction(999, 1000))
    ('20 %', 'less than 1 %', 'more than 99 %')
    """
    rounded = round(part * 100)
    if part and rounded == 0:
        return "less than 1 %"
    return "more than 99 %" if rounded == 100 and part != 1 else f"{rounded} %"


def counted(number: int, word: str) -> str:
    """Return `1 note` or `2 notes`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
