"""Units: what is read, what is refused, and that every conversion is exact."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.guideline.units import UnitError, convert, parse_unit

B12 = Decimal("1355.4")  # g/mol, cyanocobalamin
MMA = Decimal("118.09")

# value, unit, unit wanted, molar mass, result
EXACT = [
    ("180", "ng/L", "ng/L", None, "180"),
    ("180", "pg/mL", "ng/L", None, "180"),
    ("180", "ng/l", "ng/L", None, "180"),
    ("0.18", "ug/L", "ng/L", None, "180"),
    ("0.18", "µg/L", "ng/L", None, "180"),  # micro sign, U+00B5
    ("0.18", "μg/L", "ng/L", None, "180"),  # Greek mu, U+03BC
    ("0.18", "mcg/L", "ng/L", None, "180"),
    ("18", "ng/dL", "ng/L", None, "180"),
    ("140", "pmol/L", "ng/L", B12, "189.756"),
    ("0.14", "nmol/L", "ng/L", B12, "189.756"),
    ("189.756", "ng/L", "pmol/L", B12, "140"),
    ("189.756", "pg/mL", "pmol/L", B12, "140"),
    ("130", "pmol/L", "ng/L", B12, "176.202"),
    ("0.4", "umol/L", "ug/L", MMA, "47.236"),
    ("1000", "mcg", "mg", None, "1"),
    ("1", "mg", "µg", None, "1000"),
    ("0.4", "mg/d", "ug/d", None, "400"),
    ("24", "h", "d", None, "1"),
    ("2", "days", "h", None, "48"),
    ("1", "year", "mo", None, "12"),
    ("18", "months", "a", None, "1.5"),
    ("3", "weeks", "d", None, "21"),
    ("1.2", "m", "cm", None, "120"),
    ("760", "mmHg", "mm[Hg]", None, "760"),
    ("5", "%", "1", None, "0.05"),
    ("60", "/min", "/s", None, "1"),
    ("60", "mL/min/{1.73_m2}", "mL/min/{1.73_m2}", None, "60"),
    ("1", "L/h/{1.73_m2}", "mL/h/{1.73_m2}", None, "1000"),
    ("70", "kg/m2", "kg.m-2", None, "70"),
    ("5", "10*9/L", "10*9/L", None, "5"),
    ("100", "[IU]/L", "k[iU]/L", None, "0.1"),
    ("100", "IU/L", "[iU]/L", None, "100"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "of", "to", "molar_mass", "result"), EXACT)
def test_exact(value: str, of: str, to: str, molar_mass: Decimal | None, result: str) -> None:
    found = convert(Decimal(value), parse_unit(of), parse_unit(to), molar_mass=molar_mass)
    assert found == Decimal(result)


# a unit that is refused, and what is said about it
REFUSED = [
    ("", "'' is not a unit"),
    (" ", "' ' is not a unit"),
    ("ng/", "'ng/' is not a unit: '' cannot be read"),
    ("ng//L", "'ng//L' is not a unit: '' cannot be read"),
    ("ng L", "'ng L' is not a unit: 'ng L' cannot be read"),
    ("NG/L", "'NG' is not a known unit; did you mean 'ng'?"),
    ("ng/Ll", "'Ll' is not a known unit; did you mean 'l'?"),
    ("mg/Litre", "'Litre' is not a known unit"),
    ("kmin", "'kmin' is not a known unit; did you mean 'min'?"),
    ("m99", "'m99' is not a unit: the exponent 99 is too large"),
    (".g", "'.g' is not a unit"),
    ("5 mg", "'5 mg' is not a unit: '5 mg' cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), REFUSED)
def test_refused(text: str, said: str) -> None:
    with pytest.raises(UnitError) as fault:
        parse_unit(text)
    assert str(fault.value) == said


def test_a_bare_annotation_is_a_number() -> None:
    """UCUM 2.3.3: `{tablet}` is 1, and only comparable with itself here."""
    assert parse_unit("{tablet}").dimension == ()
    with pytest.raises(UnitError, match="annotated differently"):
        convert(1, parse_unit("{tablet}"), parse_unit("{drop}"))


# units that do not measure the same
DIFFERENT = [
    ("ng/L", "pmol/L", None, "'ng/L' cannot be converted to 'pmol/L'"),
    ("ng/L", "ng", None, "'ng/L' cannot be converted to 'ng'"),
    ("pmol", "ng/L", B12, "'pmol' cannot be converted to 'ng/L'"),
    ("pmol2", "ng2", B12, "'pmol2' cannot be converted to 'ng2'"),
    ("[iU]", "mg", B12, "'[iU]' cannot be converted to 'mg'"),
    ("Cel", "1", None, "'Cel' cannot be converted to '1'"),
    ("mL/{a}", "mL/{b}", None, "'mL/{a}' and 'mL/{b}' are annotated differently"),
    ("U/L", "[iU]/L", None, "'U/L' cannot be converted to '[iU]/L'"),
]  # fmt: skip


@pytest.mark.parametrize(("of", "to", "molar_mass", "said"), DIFFERENT)
def test_different(of: str, to: str, molar_mass: Decimal | None, said: str) -> None:
    with pytest.raises(UnitError) as fault:
        convert(1, parse_unit(of), parse_unit(to), molar_mass=molar_mass)
    assert str(fault.value) == said


def test_the_error_shows_the_unit_as_it_was_written() -> None:
    with pytest.raises(UnitError, match="'mcg/L'"):
        convert(1, parse_unit("mcg/L"), parse_unit("pmol/L"))


PAIRS = [("ng/L", "pmol/L"), ("mg", "ug"), ("h", "wk"), ("mo", "a"), ("mm[Hg]", "Pa")]


@given(
    value=st.decimals(min_value=0, max_value=10**9, places=6),
    pair=st.sampled_from(PAIRS),
)
def test_there_and_back(value: Decimal, pair: tuple[str, str]) -> None:
    """A conversion and its reverse give the value again, to 33 digits."""
    one, other = map(parse_unit, pair)
    there = convert(value, one, other, molar_mass=B12)
    back = convert(there, other, one, molar_mass=B12)
    assert abs(back - value) <= abs(value) * Decimal("1e-32")


@given(
    low=st.decimals(min_value=0, max_value=10**6, places=6),
    high=st.decimals(min_value=0, max_value=10**6, places=6),
    pair=st.sampled_from(PAIRS),
)
def test_order_is_kept(low: Decimal, high: Decimal, pair: tuple[str, str]) -> None:
    one, other = map(parse_unit, pair)
    converted = [convert(each, one, other, molar_mass=B12) for each in (low, high)]
    assert (low <= high) == (converted[0] <= converted[1])


def test_pressure() -> None:
    found = convert(17, parse_unit("kPa"), parse_unit("mm[Hg]"))
    assert round(found, 1) == Decimal("127.5")


# Sizes of every unit and prefix against tables that were not made from the code.
SIZES = [
    ("kg", "g", 1000), ("hL", "L", 100), ("dL", "mL", 100), ("cm", "mm", 10), ("ug", "ng", 1000),
    ("ng", "pg", 1000), ("pg", "fg", 1000), ("m3", "L", 1000), ("cm3", "mL", 1), ("wk", "d", 7),
    ("a", "d", Decimal("365.25")), ("mo", "d", Decimal("30.4375")), ("h", "min", 60),
    ("d", "h", 24), ("min", "s", 60), ("ukat", "U", 60), ("U", "umol/min", 1), ("kat", "mol/s", 1),
    ("keq", "eq", 1000), ("k[iU]", "[iU]", 1000), ("1", "%", 100), ("kPa", "Pa", 1000),
]  # fmt: skip


@pytest.mark.parametrize(("of", "to", "factor"), SIZES)
def test_sizes(of: str, to: str, factor: int | Decimal) -> None:
    assert convert(1, parse_unit(of), parse_unit(to)) == factor


def test_no_binary_floats() -> None:
    """A factor is a fraction: 0.1 + 0.2 of anything is 0.3."""
    assert type(parse_unit("pmol/L").factor) is Fraction
    unit, smaller = parse_unit("mg"), parse_unit("ug")
    assert convert(Decimal("0.1"), unit, smaller) + convert(Decimal("0.2"), unit, smaller) == 300
