"""Show guidelines, tables, outcomes, findings and pictures in a notebook, as themselves.

    %load_ext guidewright_visualize.notebook

In: objects of ours that are the last value of a cell. Out: HTML that needs nothing from elsewhere
and runs no script; every text of a model is escaped. Lines and letters take the colours of the
notebook, light or dark; pictures stand on white paper.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from markupsafe import Markup

from guidewright.analysis.findings import Finding
from guidewright.dmn.model import DecisionTable
from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import Outcome
from guidewright_visualize.drawing import Drawing, TableDrawing
from guidewright_visualize.pictures import render
from guidewright_visualize.tables import draw_table
from guidewright_visualize.templating import templates


class Formatters(Protocol):
    """What of IPython's formatter for a kind of data is used here (`IPython.core.formatters`)."""

    def for_type_by_name(self, module: str, name: str, function: Callable[[Any], str]) -> object:
        """Say how objects of a class are shown; the class need not be imported yet."""


def _shown(template: str, **content: Any) -> str:
    page = templates("guidewright_visualize", cleaning=True).get_template("notebook.html.j2")
    return str(getattr(page.module, template)(**content))


def guideline_html(guideline: Guideline) -> str:
    """Return what a guideline is: identity, notice, what it answers, its size, its warnings."""
    definitions = guideline.model.definitions
    return _shown("guideline", guideline=guideline, file=guideline.file, definitions=definitions)


def outcome_html(outcome: Outcome) -> str:
    """Return what is said about one patient: answers, conflicts, gaps, what is missing."""
    return _shown("outcome", outcome=outcome)


def table_html(table: DecisionTable) -> str:
    """Return a decision table with its hit policy, as a clinician reads it."""
    return table_drawing_html(draw_table(table))


def table_drawing_html(drawing: TableDrawing) -> str:
    """Return a drawn table with its marks."""
    return _shown("table", table=drawing)


def finding_html(finding: Finding) -> str:
    """Return what a check found, who shows it, and what to do."""
    return _shown("finding", finding=finding)


def report_html(report: Any) -> str:
    """Return all findings of `guidewright.verify`, the gravest first."""
    return _shown("report", report=report)


def drawing_html(drawing: Drawing) -> str:
    """Return a picture on white paper."""
    svg = Markup(render(drawing).decode())  # noqa: S704 - our own picture, escaped
    return _shown("picture", svg=svg)


SHOWN: dict[tuple[str, str], Callable[[Any], str]] = {
    ("guidewright.guideline.guide", "Guideline"): guideline_html,
    ("guidewright.guideline.outcome", "Outcome"): outcome_html,
    ("guidewright.dmn.model", "DecisionTable"): table_html,
    ("guidewright.analysis.findings", "Finding"): finding_html,
    ("guidewright.analysis.verify", "Report"): report_html,
    ("guidewright_visualize.drawing", "Drawing"): drawing_html,
    ("guidewright_visualize.drawing", "TableDrawing"): table_drawing_html,
}


def load_ipython_extension(shell: Any) -> None:
    """Tell a notebook's HTML formatter how each kind of object is shown."""
    html: Formatters = shell.display_formatter.formatters["text/html"]
    for (module, name), function in SHOWN.items():
        html.for_type_by_name(module, name, function)
