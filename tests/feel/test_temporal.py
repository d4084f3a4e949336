"""Temporal values: calendar, zones, durations, their texts (DMN 1.5, 10.3.2.3.4-8)."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidewright.errors import Code
from guidewright.feel.operators import add, equal, less, subtract
from guidewright.feel.runtime import Refuse
from guidewright.feel.temporal import (
    Date,
    DateTime,
    DaysTimeDuration,
    Time,
    YearsMonthsDuration,
    parse_at_literal,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
    properties,
)
from guidewright.feel.temporal.dates import FIRST_DAY, LAST_DAY
from guidewright.feel.temporal.durations import DAY, HOUR, MAX_DAYS_TIME, MAX_MONTHS
from guidewright.feel.temporal.zones import offset_at_local, zone_ids

EPOCH = datetime.date(1970, 1, 1)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("2017-12-31", "2017-12-31"),
        ("-2017-12-31", "-2017-12-31"),
        ("0000-02-29", "0000-02-29"),
        ("999999999-12-31", "999999999-12-31"),
        ("-999999999-01-01", "-999999999-01-01"),
        ("10:30:00", "10:30:00"),
        ("24:00:00", "00:00:00"),
        ("24:00:00.000", "00:00:00"),
        ("10:30:00.100200000", "10:30:00.1002"),
        ("10:30:00.123456789000", "10:30:00.123456789"),
        ("10:30:00Z", "10:30:00Z"),
        ("10:30:00z", "10:30:00Z"),
        ("10:30:00-00:00", "10:30:00Z"),
        ("10:30:00+14:00", "10:30:00+14:00"),
        ("10:30:00+05:00:01", "10:30:00+05:00:01"),
        ("10:30:00@Etc/UTC", "10:30:00@Etc/UTC"),
        ("2018-12-10T10:30:00.0001+05:00:01", "2018-12-10T10:30:00.0001+05:00:01"),
        ("2017-12-31T24:00:00", "2018-01-01T00:00:00"),
        (
            "999999999-12-31T23:59:59.999999999@Europe/Paris",
            "999999999-12-31T23:59:59.999999999@Europe/Paris",
        ),
        ("P0D", "PT0S"),
        ("PT0.S", "PT0S"),
        ("-PT0S", "PT0S"),
        ("PT1000M0.999999999S", "PT16H40M0.999999999S"),
        ("-P1D", "-P1D"),
        ("P1DT2H3M4.123456789S", "P1DT2H3M4.123456789S"),
        ("PT36H", "P1DT12H"),
        ("P0Y", "P0M"),
        ("P1Y27M", "P3Y3M"),
        ("-P100M", "-P8Y4M"),
        ("P999999999M", "P83333333Y3M"),
        ("P99999999Y", "P99999999Y"),
    ],
)
def test_parse_and_print(text: str, printed: str) -> None:
    value = parse_at_literal(text)
    assert str(value) == printed
    assert parse_at_literal(printed) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "foo",
        "998-12-31",
        "01211-12-31",
        "+2012-12-02",
        "-0000-01-01",
        "2012/12/25",
        "2012-12-25T",
        "9999999999-12-25",
        "2017-13-10",
        "2017-00-10",
        "2017-12-32",
        "2021-02-29",
        "20240101",
        "2024-W01-1",
        "2017-01-01 ",
        " 2017-01-01",
        "2017-01-01\n",
        "\uff12\uff10\uff11\uff17-01-01",
        "7:00:00",
        "07:1:00",
        "07:01",
        "07:01:2",
        "24:00:01",
        "24:00:00.1",
        "25:00:00",
        "00:60:00",
        "00:00:60",
        "10:00:00.",
        "10:00:00.1234567891",
        "10:00:00+19:00",
        "10:00:00-14:00:01",
        "10:00:00+5:00",
        "10:00:00+05:60",
        "10:00:00+05",
        "10:00:00@Europe",
        "10:00:00@xyz/abc",
        "10:00:00@europe/paris",
        "10:00:00@../../etc/passwd",
        "10:00:00+02:00@Europe/Paris",
        "2011-12-0310:15:30",
        "2017-12-31T7:20",
        "P",
        "PT",
        "P0",
        "P1DT",
        "P1H",
        "PT1D",
        "1D",
        "P1Y2M3D",
        "P1M2Y",
        "+P1D",
        "P-1D",
        "PT.5S",
        "PT1.5H",
        "P1W",
        "P" + "9" * 30 + "D",
        "P" + "9" * 30 + "Y",
        "PT9223372036854775809S",
    ],
)
def test_refused_texts(text: str) -> None:
    with pytest.raises(Refuse):
        parse_at_literal(text)


def test_date_alone_is_local_midnight() -> None:
    assert parse_date_time("2012-12-24") == DateTime(parse_date("2012-12-24").ordinal, 0)


def test_kinds_of_literals() -> None:
    kinds = [
        type(parse_at_literal(text))
        for text in ("2020-01-01", "10:00:00", "2020-01-01T10:00:00", "P1D", "P1M")
    ]
    assert kinds == [Date, Time, DateTime, DaysTimeDuration, YearsMonthsDuration]


# the calendar, against the host's ---------------------------------------------------------------


def test_every_day_of_two_centuries() -> None:
    day = datetime.date(1900, 1, 1)
    while day.year <= 2100:
        ours = Date.of(day.year, day.month, day.day)
        assert ours.ordinal == (day - EPOCH).days
        assert ours.civil == (day.year, day.month, day.day)
        assert ours.weekday == day.isoweekday()
        assert ours.week_of_year == day.isocalendar().week
        assert ours.day_of_year == day.timetuple().tm_yday
        assert str(ours) == day.isoformat()
        day += datetime.timedelta(days=1)


@given(st.integers(FIRST_DAY, LAST_DAY))
def test_civil_is_the_inverse_of_day_number(ordinal: int) -> None:
    date = Date(ordinal)
    assert Date.of(*date.civil) == date
    assert parse_date(str(date)) == date


@given(st.integers(FIRST_DAY, LAST_DAY - 1))
def test_days_follow_each_other(ordinal: int) -> None:
    (year, month, day), after = Date(ordinal).civil, Date(ordinal + 1).civil
    assert after in {(year, month, day + 1), (year, month + 1, 1), (year + 1, 1, 1)}


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)), st.integers(-2000, 2000))
def test_months_keep_the_day_or_clamp_it(day: datetime.date, months: int) -> None:
    moved = Date.of(day.year, day.month, day.day).plus_months(months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and moved.plus_days(1).day == 1)


@given(
    st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)),
    st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)),
)
def test_months_until(start: datetime.date, end: datetime.date) -> None:
    a, b = (Date.of(day.year, day.month, day.day) for day in (start, end))
    months = a.months_until(b)
    assert months == -b.months_until(a)
    if months > 0:
        assert a.plus_months(months).ordinal <= b.ordinal
    if start <= end:
        assert months >= 0


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2000-02-29", "2021-02-28", 251),
        ("2021-01-31", "2021-02-28", 0),
        ("2021-01-31", "2021-03-01", 1),
        ("2021-02-28", "2021-01-31", 0),
        ("2017-01-01", "2016-12-31", 0),
        ("-0001-12-31", "0001-01-01", 12),
        ("2020-05-17", "2020-05-17", 0),
    ],
)
def test_months_until_table(start: str, end: str, months: int) -> None:
    assert parse_date(start).months_until(parse_date(end)) == months


@pytest.mark.parametrize(
    ("text", "months", "expected"),
    [
        ("2021-01-31", 1, "2021-02-28"),
        ("2020-02-29", 12, "2021-02-28"),
        ("2020-02-29", 48, "2024-02-29"),
        ("2020-03-31", -1, "2020-02-29"),
        ("0000-01-01", -1, "-0001-12-01"),
    ],
)
def test_month_ends(text: str, months: int, expected: str) -> None:
    assert str(parse_date(text).plus_months(months)) == expected


@pytest.mark.parametrize("years", [1, -2_000_000_000])
def test_leaving_the_calendar_is_refused(years: int) -> None:
    with pytest.raises(Refuse):
        parse_date("999999999-06-01").plus_months(12 * years)
    with pytest.raises(Refuse):
        parse_date_time("999999999-12-31T23:59:59").plus(10**9)


# zones ------------------------------------------------------------------------------------------

ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Etc/UTC")


@given(
    st.datetimes(datetime.datetime(1900, 1, 2), datetime.datetime(2100, 12, 30)),
    st.sampled_from(ZONES),
)
def test_instants_agree_with_the_host(moment: datetime.datetime, zone: str) -> None:
    moment = moment.replace(microsecond=0)
    ours = parse_date_time(f"{moment.isoformat()}@{zone}")
    instant = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(datetime.UTC)
    theirs = instant - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    assert ours.instant == (theirs.days * 86_400 + theirs.seconds) * 10**9


@given(st.integers(-(10**18), 10**18), st.integers(-(10**9), 10**9), st.sampled_from(ZONES))
def test_elapsed_time_is_what_was_added(instant: int, seconds: int, zone: str) -> None:
    start = DateTime.in_zone(instant * 10, zone)
    moved = start.plus(seconds * 10**9)
    assert subtract(moved, start) == DaysTimeDuration(seconds * 10**9)


@pytest.mark.parametrize(
    ("start", "nanoseconds", "expected"),
    [
        ("2024-03-10T01:30:00@America/New_York", HOUR, "2024-03-10T03:30:00@America/New_York"),
        ("2024-03-31T01:30:00@Europe/Berlin", HOUR, "2024-03-31T03:30:00@Europe/Berlin"),
        ("2024-11-03T00:30:00@America/New_York", 2 * HOUR, "2024-11-03T01:30:00@America/New_York"),
        ("2024-03-09T01:30:00@America/New_York", DAY, "2024-03-10T01:30:00@America/New_York"),
    ],
)
def test_clock_changes(start: str, nanoseconds: int, expected: str) -> None:
    assert str(parse_date_time(start).plus(nanoseconds)) == expected


def test_a_skipped_hour_moves_forward_and_a_double_one_is_the_earlier() -> None:
    assert str(parse_date_time("2024-03-10T02:30:00@America/New_York")).startswith(
        "2024-03-10T03:30:00"
    )
    assert parse_date_time("2024-11-03T01:30:00@America/New_York").offset == -4 * 3600
    later = parse_date_time("2024-11-03T00:30:00@America/New_York").plus(2 * HOUR)
    assert later.offset == -5 * 3600  # the second 01:30 stays the second one


def test_a_night_of_clock_change_has_23_hours() -> None:
    night = subtract(
        parse_date_time("2024-03-31T08:00:00@Europe/Berlin"),
        parse_date_time("2024-03-30T08:00:00@Europe/Berlin"),
    )
    assert str(night) == "PT23H"


@pytest.mark.parametrize("year", [-999_999_999, -5000, 0, 1, 9999, 10_000, 999_999_999])
def test_offsets_in_far_years(year: int) -> None:
    day = Date.of(year, 7, 1).ordinal
    assert abs(offset_at_local("Europe/Paris", day, 0)) <= 7200
    if year > 2000:
        assert offset_at_local("Europe/Paris", day, 0) == 7200


def test_zone_ids_are_the_published_ones() -> None:
    assert {"Europe/Paris", "UTC", "Etc/GMT+5"} <= zone_ids()
    assert not {"Europe", "localtime", "posixrules", ""} & zone_ids()


# durations --------------------------------------------------------------------------------------


@given(st.integers(-MAX_DAYS_TIME, MAX_DAYS_TIME))
def test_days_time_duration_prints_what_it_reads(nanoseconds: int) -> None:
    duration = DaysTimeDuration.of(nanoseconds)
    assert parse_duration(str(duration)) == duration
    days, hours, minutes, rest = duration.parts()
    assert ((days * 24 + hours) * 60 + minutes) * 60 * 10**9 + rest == nanoseconds
    assert abs(hours) < 24
    assert abs(minutes) < 60


@given(st.integers(-MAX_MONTHS, MAX_MONTHS))
def test_years_months_duration_prints_what_it_reads(months: int) -> None:
    duration = YearsMonthsDuration.of(months)
    assert parse_duration(str(duration)) == duration


def test_limits_of_durations() -> None:
    for make in (
        lambda: DaysTimeDuration.of(MAX_DAYS_TIME + 1),
        lambda: YearsMonthsDuration.of(MAX_MONTHS + 1),
    ):
        with pytest.raises(Refuse):
            make()


# properties -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name", "expected"),
    [
        ("2018-12-10", "year", "2018"),
        ("2018-12-10", "weekday", "1"),
        ("2018-12-09", "weekday", "7"),
        ("2018-12-10T10:30:01.25", "second", "1.25"),
        ("2018-12-10T10:30:01", "weekday", "1"),
        ("2018-12-10T10:30:00+05:00", "time offset", "PT5H"),
        ("2018-12-10T10:30:00", "time offset", "None"),
        ("2018-12-10T10:30:00@Europe/Paris", "time offset", "PT1H"),
        ("2018-12-10T10:30:00@Etc/UTC", "timezone", "Etc/UTC"),
        ("10:30:00@Etc/UTC", "time offset", "None"),
        ("10:30:00+05:00", "timezone", "None"),
        ("P1Y2M", "months", "2"),
        ("-P1Y2M", "months", "-2"),
        ("-P1Y2M", "years", "-1"),
        ("-P1DT1H0.5S", "days", "-1"),
        ("-P1DT1H0.5S", "seconds", "-0.5"),
        ("PT90M", "hours", "1"),
    ],
)
def test_properties(text: str, name: str, expected: str) -> None:
    assert str(properties(parse_at_literal(text), name)) == expected


@pytest.mark.parametrize(
    ("text", "name"), [("P1Y", "days"), ("P1D", "months"), ("2018-12-10", "hour"), ("P1D", "year")]
)
def test_properties_of_other_kinds(text: str, name: str) -> None:
    with pytest.raises(Refuse) as refused:
        properties(parse_at_literal(text), name)
    assert refused.value.code is Code.NO_SUCH_KEY


# values -----------------------------------------------------------------------------------------


def test_equal_values_hash_alike() -> None:
    assert len({parse_at_literal("10:00:00Z"), parse_at_literal("10:00:00+00:00")}) == 1
    assert len({parse_at_literal("P1D"), parse_at_literal("PT24H")}) == 1


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("10:30:00.0001", "10:30:00.0002", True),
        ("2018-12-08T00:00:00.0001", "2018-12-08T00:00:00.0000", True),
        ("2002-04-02T12:00:00-01:00", "2002-04-02T17:00:00+04:00", True),
        ("2018-12-08T10:30:00@Europe/Paris", "2018-12-08T10:30:00+01:00", True),
        ("2018-12-08T00:00:00@Europe/Paris", "2018-12-08T00:00:00@Asia/Dhaka", False),
        ("2018-12-08T00:00:00@Australia/Melbourne", "2018-12-08T00:00:00@Australia/Sydney", True),
        ("2018-12-08T00:00:00", "2018-12-08T00:00:00Z", True),  # the local one adopts the offset
        ("10:00:00+01:00", "09:00:00Z", True),
        ("00:30:00+01:00", "23:30:00Z", True),
        ("10:00:00@Europe/Paris", "10:00:00@Europe/Paris", True),
        ("10:00:00@Europe/Paris", "10:00:00@Asia/Dhaka", False),
        ("10:00:00", "10:00:00Z", True),
        ("P0D", "-P0D", True),
        ("P1Y", "P12M", True),
    ],
)
def test_equality(left: str, right: str, expected: bool) -> None:
    assert equal(parse_at_literal(left), parse_at_literal(right)) is expected


@given(st.integers(0, 10**11), st.integers(0, 10**11))
def test_exactly_one_of_less_equal_greater(a: int, b: int) -> None:
    left, right = DateTime(0, a), DateTime(0, b)
    assert [less(left, right), equal(left, right), less(right, left)].count(True) == 1


def test_time_arithmetic_goes_around_midnight() -> None:
    assert add(parse_time("23:30:00+02:00"), parse_duration("PT1H")) == parse_time("00:30:00+02:00")
    assert add(parse_time("10:15:00"), parse_duration("P1D")) == parse_time("10:15:00")
    assert str(subtract(parse_time("10:10:10"), parse_time("11:10:10"))) == "-PT1H"
    with pytest.raises(Refuse):
        subtract(parse_time("10:10:10"), parse_time("11:10:10Z"))
