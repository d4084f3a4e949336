"""The types of the operators' results and of properties (DMN 1.5, Tables 50-62, 65, 66).

In: an operator and operand types, or a type and a property. Out: the result's type, or None when
no value can come out. The values are computed in `operators`; a test holds the two together.
"""

from __future__ import annotations

from guidewright.feel.ast import Operator
from guidewright.feel.operators import RANGE_PROPERTIES
from guidewright.feel.temporal import PROPERTIES
from guidewright.feel.types import (
    ANY,
    DATE,
    DATE_TIME,
    DAYS_TIME,
    NULL,
    NUMBER,
    STRING,
    TIME,
    YEARS_MONTHS,
    RangeType,
    Type,
)

_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _POWER = (
    Operator.ADD,
    Operator.SUBTRACT,
    Operator.MULTIPLY,
    Operator.DIVIDE,
    Operator.POWER,
)
_DURATIONS = (DAYS_TIME, YEARS_MONTHS)

RESULTS: dict[tuple[Operator, Type, Type], Type] = {
    **{(op, NUMBER, NUMBER): NUMBER for op in (_ADD, _SUBTRACT, _MULTIPLY, _DIVIDE, _POWER)},
    (_ADD, STRING, STRING): STRING,
    **{(op, of, of): of for op in (_ADD, _SUBTRACT) for of in _DURATIONS},
    **{(op, of, YEARS_MONTHS): of for op in (_ADD, _SUBTRACT) for of in (DATE, DATE_TIME)},
    **{(op, of, DAYS_TIME): of for op in (_ADD, _SUBTRACT) for of in (DATE, DATE_TIME, TIME)},
    **{(_ADD, YEARS_MONTHS, of): of for of in (DATE, DATE_TIME)},
    **{(_ADD, DAYS_TIME, of): of for of in (DATE, DATE_TIME, TIME)},
    **{(_SUBTRACT, a, b): DAYS_TIME for a in (DATE, DATE_TIME) for b in (DATE, DATE_TIME)},
    (_SUBTRACT, TIME, TIME): DAYS_TIME,
    **{(_MULTIPLY, of, NUMBER): of for of in _DURATIONS},
    **{(_MULTIPLY, NUMBER, of): of for of in _DURATIONS},
    **{(_DIVIDE, of, NUMBER): of for of in _DURATIONS},
    **{(_DIVIDE, of, of): NUMBER for of in _DURATIONS},
}


def arithmetic(operator: Operator, left: Type, right: Type) -> Type | None:
    """Return the type of `left operator right`; `Any` when operands leave it open.

    None when no two values of these types have a result.
    """
    if NULL in (left, right):
        return NULL
    known = RESULTS.get((operator, left, right))
    if known is not None:
        return known
    if ANY not in (left, right):
        return None
    possible = {
        result
        for (op, a, b), result in RESULTS.items()
        if op is operator and left in (ANY, a) and right in (ANY, b)
    }
    if not possible:
        return None
    return possible.pop() if len(possible) == 1 else ANY


def property_type(of: Type, name: str) -> Type | None:
    """Return the type of a property, or None when values of the type do not have it."""
    if isinstance(of, RangeType):
        if name not in RANGE_PROPERTIES:
            return None
        declared = RANGE_PROPERTIES[name][0]
        return of.point if declared == ANY else declared
    found = PROPERTIES.get(of, {}).get(name)
    return found.type if found is not None else None
