"""FEEL's numbers: `int` and `decimal.Decimal` with 34 digits, rounded half-even (IEEE decimal128).

In: digits, numbers, scales. Out: numbers of the domain, or a refusal; never a NaN, an infinity, a
negative zero or a binary float (DMN 1.5, 10.3.2.3.1). Numbers too large are refused, numbers too
small become 0. All work is done in `CONTEXT`, never in the context of the calling thread. It is
shared: `decimal` changes only its flags, which nobody reads.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Callable
from decimal import Decimal

from guidewright.feel.runtime import Refuse

Number = int | Decimal

DIGITS = 34
CONTEXT = decimal.Context(
    prec=DIGITS,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    clamp=0,
    flags=[],
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
# For sums and products that are rounded once, at the end.
WIDE = decimal.Context(
    prec=120,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-999_999,
    Emax=999_999,
    clamp=0,
    flags=[],
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
LIMIT = 10**DIGITS  # an int below this is exact
SCALES = (-6111, 6176)
_MAX_NUMERAL = 6200  # characters: every number of FEEL, written out
_MAX_INTEGER_DIGITS = 18
_NUMERAL = re.compile(r"(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")
_OUTSIDE = "the number is outside the domain of FEEL (34 digits, exponents to 6144)"


def rounded(number: Number) -> Number:
    """Return `number` with at most 34 digits; refuse it when it is too large or not finite."""
    if isinstance(number, int) and -LIMIT < number < LIMIT:
        return number
    try:
        return CONTEXT.create_decimal(number) or 0
    except (decimal.Overflow, decimal.InvalidOperation):
        raise Refuse(_OUTSIDE) from None


def computed(operation: Callable[..., Decimal], *operands: Number) -> Number:
    """Return the result of one operation of `CONTEXT`; refuse what has none."""
    try:
        return operation(*operands) or 0
    except decimal.DivisionByZero:
        raise Refuse("division by zero") from None
    except decimal.Overflow:
        raise Refuse(_OUTSIDE) from None
    except decimal.InvalidOperation:
        raise Refuse("the operation has no result among the numbers") from None


def parse_number(text: str) -> Number:
    """Read a numeral without a sign (rule 35): `.5` and `1e3`, but neither `1_0` nor `5.`."""
    if len(text) > _MAX_NUMERAL:
        raise Refuse(f"a number has at most {_MAX_NUMERAL} characters")
    if not _NUMERAL.fullmatch(text):
        raise Refuse(f'"{text}" is not a number')
    if len(text) <= DIGITS and text.isdigit():
        return int(text)
    return rounded(Decimal(text))


def number_text(number: Number) -> str:
    """Return the plain decimal spelling: no exponent, no trailing zeros after the point."""
    if isinstance(number, int):
        return str(number)
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def to_int(number: Number) -> int:
    """Return `number` truncated toward zero, for positions, scales and parts of dates."""
    if not isinstance(number, int) and number.adjusted() >= _MAX_INTEGER_DIGITS:
        raise Refuse("the number is far too large here")
    return int(number)


def is_integer(number: Number) -> bool:
    """Say whether `number` is whole."""
    if isinstance(number, int):
        return True
    return number.adjusted() >= DIGITS or number == number.to_integral_value(context=CONTEXT)


def to_scale(number: Number, scale: int, rounding: str) -> Number:
    """Round to `scale` digits after the point (before it, when negative)."""
    low, high = SCALES
    if not low <= scale <= high:
        raise Refuse(f"scale {scale} is outside {low}..{high}")
    if isinstance(number, int) and scale >= 0:
        return number
    value = Decimal(number)
    exponent = value.as_tuple().exponent
    if isinstance(exponent, str):  # a NaN or an infinity: no FEEL number
        raise AssertionError("not a FEEL number")
    if exponent >= -scale:
        return number
    unit = Decimal((0, (1,), -scale))
    result = computed(lambda: value.quantize(unit, rounding=rounding, context=CONTEXT))
    return int(result) if scale <= 0 and Decimal(result).adjusted() < DIGITS else result


def modulo(dividend: Number, divisor: Number) -> Number:
    """Return `dividend - divisor * floor(dividend / divisor)`, exact before one last rounding."""
    if not divisor:
        raise Refuse("division by zero")
    if isinstance(dividend, int) and isinstance(divisor, int):
        return dividend % divisor
    a, low_a = _scaled(dividend)
    b, low_b = _scaled(divisor)
    low = min(low_a, low_b)
    if low_a > low_b:  # only the remainder of the power of ten matters
        a *= pow(10, low_a - low_b, abs(b))
    b *= 10 ** (low_b - low)
    rest = a % b
    return rounded(WIDE.scaleb(_wide(rest), low))


def _wide(number: int) -> Decimal:
    return WIDE.create_decimal(number)


def _scaled(number: Number) -> tuple[int, int]:
    """Return `number` as an integer of at most 34 digits and an exponent of ten."""
    sign, digits, exponent = Decimal(number).as_tuple()
    if isinstance(exponent, str):
        raise AssertionError("not a FEEL number")
    whole = int("".join(map(str, digits)))
    return (-whole if sign else whole), exponent
