"""What every test may use: a count that stands in the log of the run.

A test records `record_property("counted", "120 random tables, seed 7")`; the lines of all tests are
printed at the end, so that CI's log says what chance was asked, and with which seed.
"""

from __future__ import annotations

from typing import Any


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print what tests counted."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    lines = {
        str(value)
        for report in reports
        for name, value in getattr(report, "user_properties", ())
        if name == "counted"
    }
    if lines:
        terminalreporter.section("counted")
        for line in sorted(lines):
            terminalreporter.write_line(line)
