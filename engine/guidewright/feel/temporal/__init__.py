"""Temporal values of FEEL: dates, times, dates with times, and the two kinds of duration.

In: numbers and texts. Out: frozen values over FEEL's whole range, which `datetime` does not have
(years to ±999999999, nanoseconds), and their arithmetic in whole numbers (DMN 1.5, 10.3.2.3.4-8).
"""

from guidewright.feel.temporal.dates import MONTHS, WEEKDAYS, Date
from guidewright.feel.temporal.datetimes import DateTime
from guidewright.feel.temporal.durations import DaysTimeDuration, YearsMonthsDuration
from guidewright.feel.temporal.literals import (
    DATES,
    Temporal,
    parse_at_literal,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
)
from guidewright.feel.temporal.properties import PROPERTIES, Property, properties
from guidewright.feel.temporal.times import Time

__all__ = [
    "DATES",
    "MONTHS",
    "PROPERTIES",
    "WEEKDAYS",
    "Date",
    "DateTime",
    "DaysTimeDuration",
    "Property",
    "Temporal",
    "Time",
    "YearsMonthsDuration",
    "parse_at_literal",
    "parse_date",
    "parse_date_time",
    "parse_duration",
    "parse_time",
    "properties",
]
