"""Put marks on any picture: findings, what changed, how many cases or patients went where.

In: what is known of states, ways, rules and decisions of a model, by name. Out: `Marking`s, and
pictures with their marks; the pictures given are not changed. A mark is a sign, words and a line,
so it is read in black and white; several marks stand beside each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeVar

from guidewright.analysis.difference_texts import Change, ChangeKind
from guidewright.analysis.tally import CountedCohort, Tally
from guidewright.analysis.words import percent
from guidewright.feel.names import normal
from guidewright.workflow.model import Graph, Transition
from guidewright_visualize.drawing import (
    Drawing,
    Edge,
    EdgeKind,
    Group,
    Mark,
    MarkKind,
    Node,
    Row,
    Shape,
    TableDrawing,
)

FEW = 5  # counts below are said to be few: who they are could be guessed
_UNMARKED = frozenset(
    {
        *(Shape.LINK, Shape.INITIAL, Shape.ELSEWHERE),
        *(Shape.INPUT_DATA, Shape.KNOWLEDGE_MODEL, Shape.KNOWLEDGE_SOURCE),
        *(Shape.DECISION_SERVICE, Shape.FOREIGN),
    }
)
_WAYS = frozenset({EdgeKind.STEP, EdgeKind.EXCEPTION})  # what a patient goes along
Marks = tuple[Mark, ...]


def nothing(*_: object) -> Marks:
    """No mark, whatever it is."""
    return ()


@dataclass(frozen=True, slots=True)
class Marking:
    """Which marks states, ways, rules and decisions have; decisions are spelt normally.

    `end` is asked for the boxes of a table's flowchart: decision, box, rules that speak there.
    `notes` stand below every picture.
    """

    state: Callable[[str], Marks] = nothing
    ways: Callable[[str, Sequence[str]], Marks] = nothing  # source, ids
    rule: Callable[[str, str], Marks] = nothing
    decision: Callable[[str], Marks] = nothing
    end: Callable[[str, str, Sequence[str]], Marks] = nothing
    onward: Callable[[str, str, str], Marks] = nothing  # decision, box, box
    notes: tuple[str, ...] = ()
    explained: Mapping[str, str] = field(default_factory=dict)  # of the numbers of findings


P = TypeVar("P", Drawing, TableDrawing)
Q = TypeVar("Q", Row, Node, Edge, Group)


def marked(picture: P, markings: Sequence[Marking]) -> P:
    """Return a picture with all these marks, behind those it has."""
    for each in markings:
        if isinstance(picture, TableDrawing):
            picture = _table(picture, each)
        else:
            picture = _page(picture, each)
    return picture


def _table(table: TableDrawing, marking: Marking) -> TableDrawing:
    decision = normal(table.decision)
    rows = tuple(_with(row, marking.rule(decision, _rule_name(row))) for row in table.rows)
    said = _explained(marking, (mark for row in rows for mark in row.marks))
    return replace(table, rows=rows, notes=(*table.notes, *marking.notes, *said))


def _explained(marking: Marking, marks: Iterable[Mark]) -> tuple[str, ...]:
    """Return what the numbers of the findings on a picture mean."""
    numbers = {n for mark in marks if mark.kind is MarkKind.FINDING for n in mark.text.split(", ")}
    known = ((n, text) for n, text in marking.explained.items() if n in numbers)
    return tuple(f"{MarkKind.FINDING.sign} {number}: {text}" for number, text in known)


def _with(part: Q, marks: Marks) -> Q:
    return replace(part, marks=(*part.marks, *marks)) if marks else part


def _rule_name(row: Row) -> str:
    """Return what the model calls a rule."""
    return row.id or f"row {row.number}"


def _page(page: Drawing, marking: Marking) -> Drawing:
    def node(each: Node) -> Node:
        return _with(each, _of_node(page, each, marking))

    def edge(each: Edge) -> Edge:
        if page.decision:
            ends = (each.source, each.ways[0] if each.ways else each.target)
            arrival = each.source.startswith("arrive")
            marks = () if arrival else marking.onward(normal(page.decision), *ends)
        else:
            marks = marking.ways(each.source, each.ways) if each.kind in _WAYS and each.ways else ()
        return _with(each, marks)

    def group(each: Group) -> Group:
        inner = tuple(map(group, each.groups))
        return _with(replace(each, groups=inner), marking.state(each.id))

    nodes, groups = tuple(map(node, page.nodes)), tuple(map(group, page.groups))
    parts: list[Node | Group] = [*nodes, *(part for each in groups for part in each.nested)]
    said = _explained(marking, (mark for part in parts for mark in part.marks))
    return replace(
        page,
        nodes=nodes,
        edges=tuple(map(edge, page.edges)),
        groups=groups,
        notes=(*page.notes, *marking.notes, *said),
    )


def _of_node(page: Drawing, node: Node, marking: Marking) -> Marks:
    if node.shape in _UNMARKED:
        return ()
    if page.decision:
        return marking.end(normal(page.decision), node.id, node.rules)
    if node.shape is Shape.DECISION:
        return marking.decision(normal(node.label[0]))
    return marking.state(node.id)


# how many went where ----------------------------------------------------------------------------


def coverage_marking(tally: Tally) -> Marking:
    """Return how many cases came to each thing, and what none came to."""

    def count(number: int, _: int) -> Marks:
        if number == 0:
            return (Mark(MarkKind.NEVER),)
        return (Mark(MarkKind.COVERED, str(number)),)

    note = f"{MarkKind.COVERED.sign} of {tally.patients} cases."
    return _counted(tally, count, (note,))


def cohort_marking(cohort: CountedCohort) -> Marking:
    """Return how many of a cohort came to each thing, of those who were there before it."""
    tally, refused = cohort.tally, sum(cohort.refused.values())

    def count(number: int, of: int) -> Marks:
        if number == 0:
            return (Mark(MarkKind.NOBODY),)
        return (Mark(MarkKind.COHORT, count_words(number, of)),)

    without = f", {refused} rows could not be used" if refused else ""
    whole = f"{MarkKind.COHORT.sign} of {tally.patients} patients ({cohort.rows} rows{without})"
    note = f"{whole}; on an arrow, of those at its beginning. Below {FEW} it says few."
    return _counted(tally, count, (note,))


def count_words(number: int, of: int) -> str:
    """Return `120 (34%)`; a small number has no share, nor has one of an unknown whole.

    >>> count_words(120, 353), count_words(3, 353), count_words(0, 353), count_words(8, 0)
    ('120 (34%)', '3 (few)', '0', '8')
    """
    if number == 0 or (not of and number >= FEW):
        return str(number)
    share = percent(Fraction(number, of)).replace(" %", "%") if number >= FEW else "few"
    return f"{number} ({share})"


def _counted(tally: Tally, count: Callable[[int, int], Marks], notes: tuple[str, ...]) -> Marking:
    def ways(source: str, ids: Sequence[str]) -> Marks:
        return count(sum(tally.ways[each] for each in ids), tally.states[source])

    def end(decision: str, box: str, _: Sequence[str]) -> Marks:
        return count(tally.ends[decision, box], tally.asked[decision])

    def onward(decision: str, box: str, after: str) -> Marks:
        return count(tally.ends[decision, after], tally.ends[decision, box])

    def decision(name: str) -> Marks:
        number = tally.asked[name]
        return count(number, tally.patients) if number else ()

    return Marking(
        state=lambda name: count(tally.states[name], tally.patients),
        ways=ways,
        rule=lambda decision, rule: count(tally.rules[decision, rule], tally.asked[decision]),
        decision=decision,
        end=end,
        onward=onward,
        notes=notes,
    )


# findings ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Numbered:
    """A finding by its number: what it is about, the rules it names, and what it says."""

    number: int
    subject: str
    rules: tuple[str, ...]
    text: str = ""


def finding_marking(findings: Sequence[Numbered], states: Sequence[str] = ()) -> Marking:
    """Return the numbers of the findings at the states, decisions and rules they are about."""

    def numbers(chosen: Iterator[int]) -> Marks:
        said = ", ".join(map(str, dict.fromkeys(chosen)))
        return (Mark(MarkKind.FINDING, said),) if said else ()

    def rule(decision: str, name: str) -> Marks:
        about = (f for f in findings if normal(f.subject) == decision)
        return numbers(each.number for each in about if name in each.rules)

    def end(decision: str, _: str, rules: Sequence[str]) -> Marks:
        about = (f for f in findings if normal(f.subject) == decision)
        return numbers(each.number for each in about if set(each.rules) & set(rules))

    known = frozenset(states)
    return Marking(
        state=lambda name: numbers(f.number for f in findings if f.subject == name in known),
        rule=rule,
        decision=lambda name: numbers(f.number for f in findings if normal(f.subject) == name),
        end=end,
        explained={str(each.number): each.text for each in findings if each.text},
    )


# what changed -----------------------------------------------------------------------------------

_KINDS = {
    ChangeKind.ADDED: MarkKind.ADDED,
    ChangeKind.REMOVED: MarkKind.REMOVED,
    ChangeKind.CHANGED: MarkKind.CHANGED,
    ChangeKind.MOVED: MarkKind.CHANGED,
}


def difference_marking(
    changes: Sequence[Change], before: Graph | None, after: Graph | None
) -> Marking:
    """Return what was added or changed since another version; what was removed stands below."""
    states = {each.name: each.kind for each in changes if each.what == "state"}
    rules = {
        (normal(each.subject), each.name): each.kind for each in changes if each.what == "rule"
    }
    inside = {decision: ChangeKind.CHANGED for decision, _ in rules}
    inside |= {
        normal(each.name): each.kind for each in changes if each.what in ("decision", "table")
    }
    known = _keys(before)

    def ways(_: str, ids: Sequence[str]) -> Marks:
        mine = [key for key, way in _ways(after) if way.id in ids]
        return (Mark(MarkKind.ADDED),) if before and any(k not in known for k in mine) else ()

    def end(decision: str, _: str, names: Sequence[str]) -> Marks:
        kinds = dict.fromkeys(rules.get((decision, name)) for name in names)
        return tuple(Mark(_KINDS[kind]) for kind in kinds if kind is not None)

    return Marking(
        state=lambda name: _mark(states.get(name)),
        ways=ways,
        rule=lambda decision, name: _mark(rules.get((decision, name))),
        decision=lambda name: _mark(inside.get(name)),
        end=end,
    )


def _mark(kind: ChangeKind | None) -> Marks:
    return () if kind is None else (Mark(_KINDS[kind]),)


_Key = tuple[object, ...]


def _ways(graph: Graph | None) -> Iterator[tuple[_Key, Transition]]:
    """Yield the ways of a workflow by what tells them apart in any version."""
    for way in graph.all_transitions if graph is not None else ():
        event = way.event.name if way.event is not None else None
        guard = way.when.text if way.when is not None else None
        key = (way.source, way.target.name, way.trigger, event, way.phase, way.value, guard)
        yield key, way


def _keys(graph: Graph | None) -> Mapping[_Key, Transition]:
    return dict(_ways(graph))


def with_removed(
    pages: Sequence[Drawing], older: Sequence[Drawing], before: Graph, after: Graph
) -> tuple[Drawing, ...]:
    """Return the pages of a workflow with what the older version had besides, dotted.

    A state that is gone stands on the page of a neighbour of its own, else on the first page.
    """
    old_boxes = {n.id: n for page in older for n in page.nodes if n.number is not None}
    gone = [name for name in old_boxes if name not in after.by_name]
    kept = _keys(after)
    ways = [way for key, way in _ways(before) if key not in kept]
    at = {node.id: index for index, page in enumerate(pages) for node in page.nodes}
    placed = {name: _page_for(name, ways, at) for name in gone}
    return tuple(
        _with_ghosts(page, index, [old_boxes[name] for name in gone if placed[name] == index], ways)
        for index, page in enumerate(pages)
    )


def _page_for(name: str, ways: Sequence[Transition], at: Mapping[str, int]) -> int:
    ends = [way.source for way in ways if way.target.name == name]
    ends += [way.target.name for way in ways if way.source == name]
    return next((at[end] for end in ends if end in at), 0)


def _with_ghosts(
    page: Drawing, index: int, boxes: Sequence[Node], ways: Sequence[Transition]
) -> Drawing:
    removed = (Mark(MarkKind.REMOVED),)
    nodes = (*page.nodes, *(replace(box, number=None, marks=removed) for box in boxes))
    here = {node.id for node in nodes} | {g.id for top in page.groups for g in top.nested}
    pairs = dict.fromkeys((way.source, way.target.name) for way in ways)
    edges = [
        Edge(source, target, marks=removed)
        for source, target in pairs
        if source in here and target in here
    ]
    return replace(page, nodes=nodes, edges=(*page.edges, *edges))


def with_removed_rules(table: TableDrawing, older: TableDrawing) -> TableDrawing:
    """Return a table with the rules that the older version had besides, where columns are alike."""
    if [each.title for each in table.columns] != [each.title for each in older.columns]:
        return table
    names = {_rule_name(row) for row in table.rows}
    gone = [row for row in older.rows if _rule_name(row) not in names]
    rows = tuple(replace(row, marks=(Mark(MarkKind.REMOVED),)) for row in gone)
    return replace(table, rows=(*table.rows, *rows))
