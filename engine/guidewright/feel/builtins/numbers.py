"""The numeric functions (DMN 1.5, 10.3.4.5). All of them are exact or rounded once to 34 digits.

In: numbers and scales (digits after the point; before it, when negative). Out: numbers, booleans.
"""

from __future__ import annotations

import decimal

from guidewright.feel import decimals
from guidewright.feel.builtins.registry import builtin
from guidewright.feel.decimals import CONTEXT, Number, computed, is_integer, to_scale
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import DaysTimeDuration, YearsMonthsDuration

_SPEC = "DMN 1.5, 10.3.4.5"


@builtin("decimal(n: number, scale: integer) -> number", spec=_SPEC)
def decimal_(n: Number, scale: int) -> Number:
    """Round `n` half-even to `scale` digits after the point.

    decimal(1/3, 2)        => 0.33
    decimal(2.5, 0)        => 2
    decimal(3.5, 0)        => 4
    decimal(1250, -2)      => 1200
    decimal(1/3, 2.5)      => 0.33
    decimal(1.5, 99999)    => null  ! feel.refused
    """
    return to_scale(n, scale, decimal.ROUND_HALF_EVEN)


@builtin("floor(n: number, scale?: integer) -> number", spec=_SPEC)
def floor(n: Number, scale: int = 0) -> Number:
    """Round `n` down.

    floor(1.5)         => 1
    floor(-1.5)        => -2
    floor(-1.56, 1)    => -1.6
    floor(1.56, null)  => null  ! feel.null-operand
    """
    return to_scale(n, scale, decimal.ROUND_FLOOR)


@builtin("ceiling(n: number, scale?: integer) -> number", spec=_SPEC)
def ceiling(n: Number, scale: int = 0) -> Number:
    """Round `n` up.

    ceiling(1.5)       => 2
    ceiling(-1.5)      => -1
    ceiling(-1.56, 1)  => -1.5
    ceiling("1.5")     => null  ! feel.wrong-type
    """
    return to_scale(n, scale, decimal.ROUND_CEILING)


@builtin("round up(n: number, scale: integer) -> number", spec=_SPEC)
def round_up(n: Number, scale: int) -> Number:
    """Round `n` away from zero.

    round up(5.5, 0)     => 6
    round up(-5.5, 0)    => -6
    round up(1.121, 2)   => 1.13
    round up(5.5, 6176)  => 5.5
    round up(5.5, 6177)  => null  ! feel.refused
    """
    return to_scale(n, scale, decimal.ROUND_UP)


@builtin("round down(n: number, scale: integer) -> number", spec=_SPEC)
def round_down(n: Number, scale: int) -> Number:
    """Round `n` toward zero.

    round down(5.5, 0)     => 5
    round down(-5.5, 0)    => -5
    round down(1.129, 2)   => 1.12
    round down(5.5)        => null  ! feel.wrong-arguments
    """
    return to_scale(n, scale, decimal.ROUND_DOWN)


@builtin("round half up(n: number, scale: integer) -> number", spec=_SPEC)
def round_half_up(n: Number, scale: int) -> Number:
    """Round `n` to the nearest, ties away from zero.

    round half up(5.5, 0)    => 6
    round half up(-5.5, 0)   => -6
    round half up(0.125, 2)  => 0.13
    round half up(1.5, -6112)  => null  ! feel.refused
    """
    return to_scale(n, scale, decimal.ROUND_HALF_UP)


@builtin("round half down(n: number, scale: integer) -> number", spec=_SPEC)
def round_half_down(n: Number, scale: int) -> Number:
    """Round `n` to the nearest, ties toward zero.

    round half down(5.5, 0)    => 5
    round half down(-5.5, 0)   => -5
    round half down(0.125, 2)  => 0.12
    """
    return to_scale(n, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs(n: number) -> number", spec=_SPEC)
def abs_(n: Number) -> Number:
    """Return the size of a number.

    abs(-10)        => 10
    abs(n: -1)      => 1
    abs(number: 1)  => null  ! feel.wrong-arguments
    """
    return n if n >= 0 else (-n if isinstance(n, int) else n.copy_abs())


@builtin("abs(n: days and time duration) -> days and time duration", spec=_SPEC)
def abs_days_time(n: DaysTimeDuration) -> DaysTimeDuration:
    """Return the length of a days and time duration.

    abs(@"-PT5H")  => @"PT5H"
    abs(@"P1D")    => @"P1D"
    """
    return DaysTimeDuration(abs(n.nanoseconds))


@builtin("abs(n: years and months duration) -> years and months duration", spec=_SPEC)
def abs_years_months(n: YearsMonthsDuration) -> YearsMonthsDuration:
    """Return the length of a years and months duration.

    abs(@"-P1Y2M")  => @"P1Y2M"
    abs(null)       => null  ! feel.null-operand
    """
    return YearsMonthsDuration(abs(n.months))


@builtin("modulo(dividend: number, divisor: number) -> number", spec=_SPEC)
def modulo(dividend: Number, divisor: Number) -> Number:
    """Return the rest of the division; it has the sign of the divisor.

    modulo(12, 5)        => 2
    modulo(-12, 5)       => 3
    modulo(10.1, -4.5)   => -3.4
    modulo(1e6000, 7)    => 1
    modulo(12, 0)        => null  ! feel.refused
    """
    return decimals.modulo(dividend, divisor)


@builtin("sqrt(number: number) -> number", spec=_SPEC)
def sqrt(number: Number) -> Number:
    """Return the square root.

    sqrt(16)  => 4
    sqrt(2)   => 1.414213562373095048801688724209698
    sqrt(-1)  => null  ! feel.refused
    """
    if number < 0:
        raise Refuse("a negative number has no square root")
    return computed(CONTEXT.sqrt, number)


@builtin("log(number: number) -> number", spec=_SPEC)
def log(number: Number) -> Number:
    """Return the natural logarithm.

    log(1)                 => 0
    decimal(log(10), 10)   => 2.3025850930
    log(0)                 => null  ! feel.refused
    """
    if number <= 0:
        raise Refuse("only a positive number has a logarithm")
    return computed(CONTEXT.ln, number)


@builtin("exp(number: number) -> number", spec=_SPEC)
def exp(number: Number) -> Number:
    """Return e to the power of a number.

    exp(0)                 => 1
    decimal(exp(5), 10)    => 148.4131591026
    exp(20000)             => null  ! feel.refused
    exp(-20000)            => 0
    """
    return computed(CONTEXT.exp, number)


@builtin("odd(number: number) -> boolean", spec=_SPEC)
def odd(number: Number) -> bool:
    """Say whether a whole number is odd.

    odd(5)    => true
    odd(-2)   => false
    odd(1.5)  => null  ! feel.refused
    """
    return bool(_parity(number) == 1)


@builtin("even(number: number) -> boolean", spec=_SPEC)
def even(number: Number) -> bool:
    """Say whether a whole number is even.

    even(0)    => true
    even(2.0)  => true
    even(-1)   => false
    """
    return not _parity(number)


def _parity(number: Number) -> Number:
    if not is_integer(number):
        raise Refuse(f"{decimals.number_text(number)} is not a whole number")
    return decimals.modulo(number, 2)
