"""Values and patients in the words of a clinician: `haemoglobin 112 g/L and pregnant`.

In: FEEL values by name, units by name. Out: phrases for the sentences of findings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
