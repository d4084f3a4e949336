"""Put a review pack together: a loaded guideline goes in, a `Pack` comes out.

Nothing is decided here: the figures are those of `draw`, the findings those of `check` and
`verify`, the results of the cases those of `test`. What points at what is noted once, while the
parts are made, and read back for the parts that are pointed at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from guidewright.analysis.decision_trees import NoTree
from guidewright.analysis.difference import diff
from guidewright.analysis.difference_texts import changes_of
from guidewright.analysis.tables import subjects_of
from guidewright.analysis.tally import CountedCohort
from guidewright.analysis.verify import Report, verify
from guidewright.errors import Severity
from guidewright.guideline.cases import Coverage, coverage, read_cases, run_case
from guidewright.guideline.guide import Guideline
from guidewright_visualize.drawing import Drawing
from guidewright_visualize.guidelines import (
    caption_of,
    flowchart_of,
    requirement_pictures,
    workflow_pictures,
)
from guidewright_visualize.marking import (
    Marking,
    cohort_marking,
    difference_marking,
    finding_marking,
    marked,
)
from guidewright_visualize.review import anchors
from guidewright_visualize.review.anchors import Backlinks
from guidewright_visualize.review.case_views import case_views
from guidewright_visualize.review.change_views import change_views
from guidewright_visualize.review.cohort_views import cohort_view
from guidewright_visualize.review.figures import figures
from guidewright_visualize.review.finding_views import finding_groups, numbered_findings
from guidewright_visualize.review.pack import (
    CaseView,
    Changes,
    CohortView,
    Count,
    Fact,
    Figure,
    FindingGroup,
    FindingView,
    Link,
    Pack,
    RuleView,
    Standing,
    StatementView,
    TableView,
)
from guidewright_visualize.review.source_views import (
    open_points,
    policy_views,
    source_views,
    statement_views,
)
from guidewright_visualize.review.table_views import table_views
from guidewright_visualize.review.term_views import term_views
from guidewright_visualize.typesetting import clean

MOST_PAGES = 2  # of a table's flowchart that stands beside it


@dataclass(frozen=True, slots=True)
class Tested:
    """The cases of a guideline with their results."""

    views: tuple[CaseView, ...] = ()
    covered: Coverage | None = None


def pack_of(
    guideline: Guideline,
    *,
    against: Guideline | None = None,
    cohort: CountedCohort | None = None,
    raster: bool = False,
) -> Pack:
    """Return everything a committee needs to review a guideline.

    `against` is the version it is compared with. With `raster` the figures carry a PNG each, for
    paper. Raises `ModelError` when the cases cannot be read.
    """
    back = Backlinks()
    file, caption = guideline.file, caption_of(guideline)
    report = verify(guideline)
    markings = tuple(_markings(guideline, report, against, cohort))
    charts = workflow_pictures(guideline, caption, markings=markings, before=against)
    flowcharts = figures(guideline, charts, back, raster=raster)
    required = requirement_pictures(guideline, caption, markings=markings)
    diagrams = figures(guideline, required, back, raster=raster)
    charts = workflow_pictures(
        guideline, caption, markings=markings, before=against, statechart=True
    )
    statecharts = figures(guideline, charts, back, raster=raster)
    changes = _changes(against, guideline, back) if against is not None else None
    found = tuple(finding_groups(guideline, report, back))
    tested = _tested(guideline, back)
    tables = tuple(table_views(guideline, back))
    asked = dict(_flowcharts(guideline, markings, back, raster=raster))
    counted = cohort_view(guideline, cohort) if cohort is not None else None
    policies = tuple(policy_views(guideline, back))
    points = tuple(open_points(guideline, back))
    terms = tuple(term_views(guideline, back))
    statements = tuple(statement_views(guideline, back))
    tables = tuple(
        _with_backlinks(_with_flowchart(table, asked), statements, counted, back)
        for table in tables
    )
    found = tuple(
        replace(group, findings=tuple(_with_boxes(each, back) for each in group.findings))
        for group in found
    )
    return Pack(
        title=file.title,
        notice=file.notice or "",
        identity=tuple(_identity(guideline)),
        answers=tuple(_answers(guideline)),
        attention=tuple(_attention(guideline, found, tested, statements, tables)),
        numbers=tuple(_numbers(guideline, found, tested, tables)),
        sources=tuple(source_views(guideline)),
        flowcharts=flowcharts,
        statecharts=statecharts,
        diagrams=diagrams,
        tables=tables,
        statements=statements,
        policies=policies,
        open_points=points,
        findings=found,
        cases=tested.views,
        unfired=tuple(_unfired(tested)),
        changes=changes,
        cohort=counted,
        terms=terms,
    )


def _changes(before: Guideline, after: Guideline, back: Backlinks) -> Changes:
    return change_views(before, after, diff(before, after), back)


def _tested(guideline: Guideline, back: Backlinks) -> Tested:
    if guideline.file.cases is None:
        return Tested()
    cases = read_cases(guideline)
    results = [run_case(guideline, case) for case in cases.cases]
    covered = coverage(guideline, cases, results)
    return Tested(tuple(case_views(guideline, results, back)), covered)


def _markings(
    guideline: Guideline,
    report: Report,
    against: Guideline | None,
    cohort: CountedCohort | None,
) -> Iterator[Marking]:
    """Yield what is marked in all pictures: changes, findings by number, a cohort."""
    graph = guideline.graph
    if against is not None:
        changes = tuple(changes_of(against, guideline))
        yield difference_marking(changes, against.graph, graph)
    findings = (replace(each, text="") for each in numbered_findings(guideline, report))
    states = [each.name for each in graph.states] if graph is not None else []
    yield finding_marking(tuple(findings), states)
    if cohort is not None:
        yield cohort_marking(cohort)


def _with_boxes(finding: FindingView, back: Backlinks) -> FindingView:
    """Return a finding with the boxes it is marked in."""
    boxes = (each for each in back.of(finding.anchor) if each.to.startswith("box:"))
    return replace(finding, links=(*finding.links, *boxes))


def _flowcharts(
    guideline: Guideline, markings: Sequence[Marking], back: Backlinks, *, raster: bool
) -> Iterator[tuple[str, tuple[Figure, ...] | str]]:
    """Yield for each table its pages as questions, or why they are not shown, by its anchor."""
    pages: dict[str, int] = {}
    drawings: list[Drawing] = []
    for subject in subjects_of(guideline):
        drawn = flowchart_of(guideline, caption_of(guideline), subject, most=MOST_PAGES)
        anchor = anchors.table(subject.decision)
        if isinstance(drawn, NoTree):
            yield anchor, f"It is not shown as questions here: {drawn.reason}."
        else:
            pages[anchor] = len(drawn)
            drawings += (marked(page, markings) for page in drawn)
    made = iter(figures(guideline, drawings, back, raster=raster))
    for anchor, number in pages.items():
        yield anchor, tuple(islice(made, number))


def _with_flowchart(table: TableView, asked: Mapping[str, tuple[Figure, ...] | str]) -> TableView:
    """Return a table with its pages as questions, or with a note why there are none."""
    found = asked[table.anchor]
    if isinstance(found, str):
        return replace(table, notes=(*table.notes, clean(found)))
    return replace(table, flowchart=found)


def _with_backlinks(
    table: TableView,
    statements: Sequence[StatementView],
    cohort: CohortView | None,
    back: Backlinks,
) -> TableView:
    """Return a table with what was found to point at it and its rules, beside its statements."""
    counts = {count.links[0].to: count for count in cohort.rules} if cohort is not None else {}
    rules = tuple(_rule(rule, counts.get(rule.anchor), back) for rule in table.rules)
    cited = {link.to for rule in rules for link in rule.statements}
    beside = tuple(each for each in statements if each.anchor in cited)
    return replace(table, rules=rules, statements=beside, boxes=back.of(table.anchor))


def _rule(rule: RuleView, count: Count | None, back: Backlinks) -> RuleView:
    pointing = back.of(rule.anchor)
    return replace(
        rule,
        findings=tuple(each for each in pointing if each.to.startswith("finding:")),
        changes=tuple(each for each in pointing if each.to.startswith("change:")),
        cases=tuple(each for each in pointing if each.to.startswith("case:")),
        boxes=tuple(each for each in pointing if each.to.startswith("box:")),
        cohort=f"{count.number} of {count.of}" if count is not None else "",
    )


_WEIGHTS = {
    Severity.ERROR: ("error", "errors"),
    Severity.WARNING: ("warning", "warnings"),
    Severity.INFO: ("remark", "remarks"),
}


# the first pages --------------------------------------------------------------------------------


def _identity(guideline: Guideline) -> Iterator[Fact]:
    file = guideline.file
    for name, value in (
        ("Guideline", file.id),
        ("Version", file.version),
        ("Status", file.status),
        ("Jurisdiction", file.jurisdiction),
        ("Date", file.date),
        ("Digest of the files that decide", guideline.digest),
    ):
        yield Fact(name, value or "not stated")


def _answers(guideline: Guideline) -> Iterator[str]:
    """Yield the questions that the parts of the outcome answer."""
    questions = {each.name: each.question for each in guideline.model.definitions.decisions}
    for section in guideline.file.outcome:
        asked = [questions.get(name) for name in section.decisions]
        known = " ".join(dict.fromkeys(each for each in asked if each))
        yield f"{section.title}: {known}" if known else section.title


def _numbers(
    guideline: Guideline,
    found: Sequence[FindingGroup],
    tested: Tested,
    tables: Sequence[TableView],
) -> Iterator[Fact]:
    file = guideline.file
    yield Fact("Statements of the source", str(len(file.statements)))
    rules = sum(len(table.rules) for table in tables)
    yield Fact("Decision tables", f"{len(tables)}, with {rules} rules")
    if guideline.graph is not None:
        yield Fact("Workflow states", str(len(guideline.graph.states)))
    yield Fact("Points the source leaves open", str(len(file.ambiguities)))
    yield Fact("Policies (chosen readings)", str(len(file.policies)))
    passed = sum(case.passed for case in tested.views)
    yield Fact("Cases", f"{passed} of {len(tested.views)} passed")
    if tested.covered is not None:
        yield Fact("Rules fired by some case", f"{len(tested.covered.fired)} of {rules}")
    weights = [each.severity for each in _standing(found, Standing.OPEN)]
    counted = [_count(weights.count(weight.value), *words) for weight, words in _WEIGHTS.items()]
    accepted = len(_standing(found, Standing.ACCEPTED))
    yield Fact("Findings to be settled", ", ".join(counted))
    yield Fact("Findings accepted with a reason", str(accepted))
    yield Fact("Proved for every patient", str(len(_standing(found, Standing.PROVED))))


def _standing(found: Sequence[FindingGroup], standing: Standing) -> list[FindingView]:
    return [each for group in found if group.standing is standing for each in group.findings]


def _attention(
    guideline: Guideline,
    found: Sequence[FindingGroup],
    tested: Tested,
    statements: Sequence[StatementView],
    tables: Sequence[TableView],
) -> Iterator[Link]:
    """Yield what a reviewer should look at first; nothing is left out, only counted together."""
    yield from _found(found)
    for case in tested.views:
        if not case.passed:
            yield Link(f"case {case.id} fails: {case.differences[0]}", case.anchor)
    unfired = len(tested.covered.unfired) if tested.covered is not None else 0
    if unfired:
        yield Link(f"{_count(unfired, 'rule that', 'rules that')} no case fires", "cases")
    bare = [each.id for each in statements if not each.rests]
    if bare:
        yield Link(f"no rule and no state rests on {', '.join(bare)}", "statements")
    dangling = [each.id for each in statements if each.dangling]
    if dangling:
        text = f"cite references that the source does not list: {', '.join(dangling)}"
        yield Link(text, "statements")
    without = [rule.id for table in tables for rule in table.rules if not rule.statements]
    if without:
        yield Link(f"rules that cite no statement: {', '.join(without)}", "tables")
    points, policies = len(guideline.file.ambiguities), len(guideline.file.policies)
    if points:
        yield Link(f"{_count(points, 'point', 'points')} the source leaves open", "open")
    if policies:
        words = _count(policies, "reading was chosen", "readings were chosen")
        yield Link(f"{words} where the source can be read in more than one way", "policies")


def _found(found: Sequence[FindingGroup]) -> Iterator[Link]:
    """Yield every error to be settled, and how many warnings there are of each check."""
    for group in found:
        if group.standing is not Standing.OPEN:
            continue
        for each in group.findings:
            if each.severity == Severity.ERROR:
                doubt = f" ({each.doubt})" if each.doubt else ""
                yield Link(f"finding {each.number}{doubt}: {each.text}", each.anchor)
        warned = sum(each.severity == Severity.WARNING for each in group.findings)
        if warned:
            yield Link(f"{_count(warned, 'warning', 'warnings')}: {group.title}", group.anchor)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _unfired(tested: Tested) -> Iterator[Link]:
    if tested.covered is None:
        return
    for rule in tested.covered.unfired:
        decision, _, name = rule.partition(": ")
        reason = tested.covered.explained.get(rule, "")
        yield Link(f"{rule} ({reason})" if reason else rule, anchors.rule(decision, name))
