"""UCUM units, exactly: read a unit, say whether two measure the same, convert between them.

In: unit texts such as `ng/L`, `mL/min/{1.73_m2}`, and numbers. Out: exact factors (fractions, never
binary floats), or a refusal in plain words. Mass and amount of substance convert into each other
when the molar mass of the analyte is known. The grammar is UCUM's (prefixes, `.`, `/`, exponents,
annotations) over the atoms of clinical chemistry below; a unit that is not known is refused, never
guessed. `pint`, the usual library, reads no UCUM and computes in binary floats unless told not to.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Context, Decimal
from fractions import Fraction

from guidewright.errors import did_you_mean

Dimension = tuple[tuple[str, int], ...]  # base quantity and exponent, sorted, no zero exponents

_PREFIXES: dict[str, Fraction] = {
    "k": Fraction(1000),
    "h": Fraction(100),
    "d": Fraction(1, 10),
    "c": Fraction(1, 100),
    "m": Fraction(1, 10**3),
    "u": Fraction(1, 10**6),
    "n": Fraction(1, 10**9),
    "p": Fraction(1, 10**12),
    "f": Fraction(1, 10**15),
}
# atom: factor to the base quantities, dimension, whether prefixes are allowed (UCUM tables 2-6)
_ATOMS: dict[str, tuple[Fraction, dict[str, int], bool]] = {
    "g": (Fraction(1), {"mass": 1}, True),
    "mol": (Fraction(1), {"amount": 1}, True),
    "m": (Fraction(1), {"length": 1}, True),
    "L": (Fraction(1, 1000), {"length": 3}, True),
    "l": (Fraction(1, 1000), {"length": 3}, True),
    "s": (Fraction(1), {"time": 1}, True),
    "min": (Fraction(60), {"time": 1}, False),
    "h": (Fraction(3600), {"time": 1}, False),
    "d": (Fraction(86400), {"time": 1}, False),
    "wk": (Fraction(604800), {"time": 1}, False),
    "mo": (Fraction(31557600, 12), {"time": 1}, False),
    "a": (Fraction(31557600), {"time": 1}, False),
    "%": (Fraction(1, 100), {}, False),
    "1": (Fraction(1), {}, False),
    "eq": (Fraction(1), {"equivalents": 1}, True),
    "[iU]": (Fraction(1), {"international units": 1}, True),
    "[IU]": (Fraction(1), {"international units": 1}, True),
    "Cel": (Fraction(1), {"Celsius": 1}, False),
    "K": (Fraction(1), {"Kelvin": 1}, False),  # temperatures have other zero points: no factor
    "[degF]": (Fraction(1), {"Fahrenheit": 1}, False),
    "m[Hg]": (Fraction(133_322_000), {"mass": 1, "length": -1, "time": -2}, True),
    "Pa": (Fraction(1000), {"mass": 1, "length": -1, "time": -2}, True),
    "kat": (Fraction(1), {"amount": 1, "time": -1}, True),
    "U": (Fraction(1, 60 * 10**6), {"amount": 1, "time": -1}, True),
}
# What people write for UCUM's spelling; each is one unit and no other.
_SPELLINGS = {
    "µ": "u",
    "μ": "u",
    "mcg": "ug",
    "mmHg": "mm[Hg]",
    "IU": "[iU]",
    "years": "a",
    "year": "a",
    "months": "mo",
    "month": "mo",
    "weeks": "wk",
    "week": "wk",
    "days": "d",
    "day": "d",
    "hours": "h",
    "hour": "h",
    "minutes": "min",
}
_PIECE = re.compile(r"(?P<unit>(?:\[[^\]]*\]|[^\d./{}\s+-])+|1|%)(?P<exponent>[+-]?\d+)?")
_POWER_OF_TEN = re.compile(r"10[*^]([+-]?\d{1,3})")  # `10*9/L`
_MAX_POWER = 30
_ANNOTATION = re.compile(r"\{[^{}]*\}")
_EXACT = Context(prec=34)


class UnitError(ValueError):
    """A unit cannot be read, or two units do not measure the same; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its spelling in UCUM, what it measures, and its size in base quantities.

    `written` is how it was spelt where it was read.
    """

    code: str
    dimension: Dimension
    factor: Fraction
    annotations: tuple[str, ...]
    written: str = field(compare=False)


def parse_unit(text: str) -> Unit:
    """Return the unit that is written.

    Annotations such as `{1.73_m2}` are kept and must be equal to convert. Raises `UnitError`.

    >>> parse_unit("pg/mL").factor == parse_unit("ng/L").factor
    True
    """
    code = text.strip()
    for spelling, ucum in _SPELLINGS.items():
        code = re.sub(rf"(?<![\w\[]){spelling}(?![\w\]])" if len(spelling) > 1 else spelling,
                      ucum, code)  # fmt: skip
    annotations = tuple(_ANNOTATION.findall(code))
    bare = _ANNOTATION.sub("", code)
    factor, dimension = Fraction(1), dict[str, int]()
    if not code or bare.startswith("."):
        raise UnitError(f"{text!r} is not a unit")
    for position, divided in enumerate(bare.split("/")):
        for piece in divided.split("."):
            if piece == "" and position == 0:
                continue  # `/min`
            if piece == "" and annotations:
                continue  # `mL/min/{1.73_m2}`
            size, of = _piece(piece, text)
            sign = -1 if position else 1
            factor *= size**sign
            for base, exponent in of.items():
                dimension[base] = dimension.get(base, 0) + sign * exponent
    kept = tuple(sorted((base, exponent) for base, exponent in dimension.items() if exponent))
    return Unit(code, kept, factor, annotations, text.strip())


def _piece(piece: str, text: str) -> tuple[Fraction, dict[str, int]]:
    power = _POWER_OF_TEN.fullmatch(piece)
    if power is not None and abs(int(power[1])) <= _MAX_POWER:
        return Fraction(10) ** int(power[1]), {}
    match = _PIECE.fullmatch(piece)
    if match is None:
        raise UnitError(f"{text!r} is not a unit: {piece!r} cannot be read")
    exponent = int(match["exponent"] or 1)
    if abs(exponent) > 9:
        raise UnitError(f"{text!r} is not a unit: the exponent {exponent} is too large")
    factor, dimension = _atom(match["unit"], text)
    return factor**exponent, {base: each * exponent for base, each in dimension.items()}


def _atom(unit: str, text: str) -> tuple[Fraction, dict[str, int]]:
    if unit in _ATOMS:
        factor, dimension, _ = _ATOMS[unit]
        return factor, dimension
    prefix, atom = unit[:1], unit[1:]
    if prefix in _PREFIXES and atom in _ATOMS and _ATOMS[atom][2]:
        factor, dimension, _ = _ATOMS[atom]
        return _PREFIXES[prefix] * factor, dimension
    near = did_you_mean(unit, [*_ATOMS, *(p + a for p in _PREFIXES for a in ("g", "mol", "L"))])
    raise UnitError(f"{unit!r} is not a known unit" + (f"; {near}" if near else ""))


def convert(
    value: Decimal | int, of: Unit, to: Unit, *, molar_mass: Decimal | None = None
) -> Decimal:
    """Return `value of` as a number of `to`, exact to 34 digits.

    `molar_mass` in g/mol allows conversion between mass and amount of substance. Raises
    `UnitError` when the two do not measure the same.
    """
    if of.annotations != to.annotations:
        raise UnitError(f"{of.written!r} and {to.code!r} are annotated differently")
    factor = of.factor / to.factor
    if of.dimension != to.dimension:
        bridge = _mass_per_amount(of, to)
        if bridge is None or molar_mass is None:
            raise UnitError(f"{of.written!r} cannot be converted to {to.code!r}")
        factor *= Fraction(molar_mass) ** bridge
    exact = Fraction(value) * factor
    return _EXACT.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def _mass_per_amount(of: Unit, to: Unit) -> int | None:
    """Return 1 when `to` has mass where `of` has amount, -1 the other way round, else None."""
    left, right = dict(of.dimension), dict(to.dimension)
    moved = left.pop("amount", 0) - right.pop("amount", 0)
    mass = left.pop("mass", 0) - right.pop("mass", 0)
    return moved if left == right and moved == -mass and abs(moved) == 1 else None
