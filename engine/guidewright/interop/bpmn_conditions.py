"""Conditions and times of a BPMN file as FEEL and durations of a workflow, or why they are not.

In: a text and its language. Out: FEEL as written (without the `=` of Camunda 8), or None: nothing
is translated, since a condition that means almost the same sends a patient another way.
"""

from __future__ import annotations

from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import DaysTimeDuration, YearsMonthsDuration, parse_duration
from guidewright.interop.bpmn_model import EventDefinition


def feel_of(text: str | None, language: str | None) -> str | None:
    """Return a condition when it is FEEL.

    >>> feel_of("=age > 60", None), feel_of("${age > 60}", "https://www.omg.org/spec/DMN/FEEL/")
    ('age > 60', None)
    """
    if text is None or not text.strip() or text.lstrip().startswith(("${", "#{")):
        return None
    if text.lstrip().startswith("="):
        return text.lstrip()[1:].strip() or None
    return text.strip() if language is not None and "feel" in language.lower() else None


def duration_of(event: EventDefinition) -> str | None:
    """Return the time of a timer event as a duration of a workflow, or None.

    >>> from guidewright.interop.bpmn_model import EventKind
    >>> duration_of(EventDefinition(EventKind.TIMER, text='="PT1H"'))
    'PT1H'
    """
    text = event.text.strip().removeprefix("=").strip()
    if text.startswith("duration(") and text.endswith(")"):
        text = text[len("duration(") : -1].strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        text = text[1:-1]
    if event.clock != "timeDuration":
        return None
    try:
        value = parse_duration(text)
    except Refuse:
        return None
    length = value.months if isinstance(value, YearsMonthsDuration) else value.nanoseconds
    return None if length < 0 else text


def sum_of(first: str, second: str | None) -> str | None:
    """Return two durations as one, or None when months and hours would stand together."""
    if second is None:
        return first
    one, other = parse_duration(first), parse_duration(second)
    if isinstance(one, DaysTimeDuration) and isinstance(other, DaysTimeDuration):
        return str(DaysTimeDuration(one.nanoseconds + other.nanoseconds))
    if isinstance(one, YearsMonthsDuration) and isinstance(other, YearsMonthsDuration):
        return str(YearsMonthsDuration(one.months + other.months))
    return second if one == DaysTimeDuration(0) else None
