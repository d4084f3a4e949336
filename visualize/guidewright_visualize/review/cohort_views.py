"""A cohort in a pack: how many patients got which answer, and how many each rule fired for.

In: a cohort as numbers. Out: views with links to the rules; no value of a patient is anywhere here.
"""

from __future__ import annotations

from collections.abc import Iterator

from guidewright.analysis.tally import CountedCohort
from guidewright.feel.names import normal
from guidewright.guideline.guide import Guideline
from guidewright.guideline.provenance import tables_of
from guidewright_visualize.marking import count_words
from guidewright_visualize.review import anchors
from guidewright_visualize.review.pack import CohortView, Count, Fact, Link
from guidewright_visualize.typesetting import clean


def cohort_view(guideline: Guideline, cohort: CountedCohort) -> CohortView:
    """Return the numbers of a cohort, the rules in the order of the file."""
    return CohortView(
        name=clean(cohort.name),
        patients=cohort.tally.patients,
        rows=cohort.rows,
        refused=tuple(Fact(code, str(rows)) for code, rows in sorted(cohort.refused.items())),
        answers=tuple(_answers(guideline, cohort)),
        rules=tuple(_rules(guideline, cohort)),
    )


def _answers(guideline: Guideline, cohort: CountedCohort) -> Iterator[Count]:
    """Yield what each section said, the most frequent first, sections in the order of the file."""
    order = {section.title: place for place, section in enumerate(guideline.file.outcome)}
    tally = cohort.tally
    found = sorted(
        tally.answers.items(), key=lambda item: (order.get(item[0][0], 0), -item[1], item[0])
    )
    for (title, status, rules), number in found:
        links = tuple(Link(clean(rule), anchors.rule(decision, rule)) for decision, rule in rules)
        text = clean(f"{title}: {status}")
        yield Count(text, count_words(number, tally.patients), tally.patients, links)


def _rules(guideline: Guideline, cohort: CountedCohort) -> Iterator[Count]:
    tally = cohort.tally
    for decision, table in tables_of(guideline.model.definitions):
        name = normal(decision.name)
        for rule in table.rules:
            number = tally.rules[name, rule.name]
            link = Link(clean(rule.name), anchors.rule(decision.name, rule))
            shown = count_words(number, tally.asked[name])
            yield Count(clean(decision.name), shown, tally.asked[name], (link,))
