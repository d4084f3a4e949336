"""Write a review pack as one HTML file: no script, no request, readable on a screen and on paper.

In: a `Pack`. Out: text. Every text of the model is escaped by the template engine; only the SVG of
our own pictures goes in as markup.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from guidewright_visualize.review.pack import Pack
from guidewright_visualize.review.patient import Report
from guidewright_visualize.templating import templates


def _page(template: str, **content: Any) -> str:
    """Return a page made of a template and the style sheet."""
    environment = templates("guidewright_visualize.review")
    style = Markup(environment.get_template("pack.css").render())  # noqa: S704 - our own file
    return environment.get_template(template).render(style=style, picture=Markup, **content)


def pack_to_html(pack: Pack) -> str:
    """Return the pack as one self-contained page."""
    return _page("pack.html.j2", pack=pack)


def report_to_html(report: Report) -> str:
    """Return the report about one patient as one self-contained page."""
    return _page("patient.html.j2", report=report)
