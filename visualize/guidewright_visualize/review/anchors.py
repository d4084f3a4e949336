"""The one place where the parts of a review pack get their names: what links lead to.

In: names and ids of a model. Out: identities that are safe in HTML, SVG and PDF; other names give
other anchors. `Backlinks` collects what points at what, so that every link can be followed back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from guidewright.dmn.model import Rule
from guidewright.feel.names import normal
from guidewright_visualize.quoting import identity
from guidewright_visualize.review.pack import Link

# parts of a pack that are linked to as a whole
PARTS = ("tables", "statements", "policies", "open", "findings", "cases")


def statement(id: str) -> str:  # noqa: A002 (the word of the guideline)
    """Return the anchor of a statement of the source."""
    return identity("statement", id)


def ambiguity(id: str) -> str:  # noqa: A002
    """Return the anchor of a point the source leaves open."""
    return identity("open", id)


def policy(name: str) -> str:
    """Return the anchor of a policy."""
    return identity("policy", name)


def table(decision: str) -> str:
    """Return the anchor of a decision's table."""
    return identity("table", normal(decision))


def rule(decision: str, rule_: Rule | str) -> str:
    """Return the anchor of a rule: ids of rules are unique in a file, row numbers in a table."""
    return identity("rule", normal(decision), rule_ if isinstance(rule_, str) else rule_.name)


def box(page: str, id: str) -> str:  # noqa: A002
    """Return the anchor of a box of a figure, in its text equivalent."""
    return identity("box", page, id)


def figure(page: str) -> str:
    """Return the anchor of a figure."""
    return identity("figure", page)


def case(id: str) -> str:  # noqa: A002
    """Return the anchor of a case."""
    return identity("case", id)


def term(name: str) -> str:
    """Return the anchor of an input in the data dictionary."""
    return identity("input", normal(name))


def answer(section: str, number: int) -> str:
    """Return the anchor of a sentence in a report about one patient; they are numbered by part."""
    return identity("answer", section, str(number))


def finding(number: int) -> str:
    """Return the anchor of a finding; findings are numbered in the order of the pack."""
    return identity("finding", str(number))


def findings(standing: str, check: str) -> str:
    """Return the anchor of the findings of one check that stand alike."""
    return identity("findings", standing, check)


def change(number: int) -> str:
    """Return the anchor of something that was edited."""
    return identity("change", str(number))


def patients(number: int) -> str:
    """Return the anchor of a class of patients whose advice changes."""
    return identity("patients", str(number))


class Backlinks:
    """What points at each anchor, in the order in which it was said."""

    def __init__(self) -> None:
        self._links: defaultdict[str, dict[str, Link]] = defaultdict(dict)

    def add(self, targets: Iterable[str], source: Link) -> None:
        """Say that `source` points at each of the anchors."""
        for target in targets:
            self._links[target].setdefault(source.to, source)

    def of(self, anchor: str) -> tuple[Link, ...]:
        """Return what points at an anchor."""
        return tuple(self._links[anchor].values()) if anchor in self._links else ()
