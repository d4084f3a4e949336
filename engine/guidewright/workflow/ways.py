"""Which way an active state takes without being told: by its conditions or its decision.

In: a state of a bound graph, the data, an instant. Out: a `Choice` to record and its transition,
nothing (it stays), or a `Stop` with the reason. Nothing is guessed: a condition that is not true
or false, a null answer without a branch and several answers without a branch all stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from guidewright.errors import Code
from guidewright.feel.temporal import DateTime
from guidewright.feel.values import Value, is_value, kind, with_article
from guidewright.workflow.evaluator import Answer, BoundGraph
from guidewright.workflow.events import Override
from guidewright.workflow.instance import Choice, Stop
from guidewright.workflow.model import (
    Ask,
    Guard,
    State,
    StateKind,
    Transition,
    Trigger,
)

_SCALARS = (str, bool, int, Decimal)


@dataclass(frozen=True, slots=True)
class Way:
    """A transition to take; `choice` is None when nothing was asked."""

    transition: Transition
    choice: Choice | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known in a state: the data and what is computed of them, each with its answer."""

    data: Mapping[str, Value]
    computed: Mapping[str, Answer]

    def resting(self, answer: Answer) -> Answer:
        """Return an answer that rests on data, where it rested on computed values, with notes."""
        if not self.computed or answer.inputs is None:
            return answer
        used = [self.computed[name] for name in answer.inputs if name in self.computed]
        plain = [name for name in answer.inputs if name not in self.computed]
        inputs: tuple[str, ...] | None = tuple(plain)
        for each in used:
            inputs = None if inputs is None or each.inputs is None else (*inputs, *each.inputs)
        notes = tuple(note for each in used for note in each.notes)
        inputs = tuple(dict.fromkeys(inputs)) if inputs is not None else None
        return replace(answer, inputs=inputs, notes=(*notes, *answer.notes))


@dataclass(frozen=True, slots=True)
class Question:
    """Where and when it is asked, and what is known then."""

    graph: BoundGraph
    data: Mapping[str, Value]
    at: DateTime
    _facts: dict[str, Facts] = field(default_factory=dict)

    def facts(self, state: str) -> Facts:
        """Return what is known in a state; `ANYWHERE` for what is known everywhere."""
        computed = self.graph.graph.computed(state)
        if not computed:
            return Facts(self.data, {})
        if state not in self._facts:
            facts = Facts(dict(self.data), answers := {})
            for item in computed:
                answer = self.graph.evaluator.test(item.expression, facts.data, self.at)
                answers[item.name] = facts.resting(answer)
                facts = Facts({**facts.data, item.name: answer.value}, answers)
            self._facts[state] = facts
        return self._facts[state]

    def test(self, state: str, guard: Guard) -> Answer:
        """Return what a condition of a state gives."""
        facts = self.facts(state)
        return facts.resting(self.graph.evaluator.test(guard, facts.data, self.at))

    def exception(
        self, scope: str, transitions: Iterable[Transition], event: str | None = None
    ) -> Way | Stop | None:
        """Return the first exception of a scope that is to be taken, by itself or on an event."""
        ready = (t for t in transitions if (t.event.name if t.event else None) == event)
        return self._first(scope, ready, event)

    def way(self, state: State) -> Way | Stop | None:
        """Return the way `state` takes by itself; its ancestors are not asked."""
        if state.kind is StateKind.DECISION and state.ask is not None:
            return self._decided(state, state.ask)
        ready = (t for t in state.transitions if t.trigger is Trigger.ALWAYS)
        return self.first(state, ready)

    def first(
        self, state: State, ready: Iterable[Transition], event: str | None = None
    ) -> Way | Stop | None:
        """Return the first transition whose condition is true."""
        return self._first(state.name, ready, event)

    def _first(
        self, state: str, ready: Iterable[Transition], event: str | None
    ) -> Way | Stop | None:
        answers: list[Answer] = []
        for transition in ready:
            if transition.when is None:
                return Way(transition, self._choice(transition, None, answers))
            answer = self.test(state, transition.when)
            answers.append(answer)
            if answer.value is True:
                return Way(transition, self._choice(transition, None, answers))
            if answer.value is not False:
                return self.undecided(state, transition.when, answer, event)
        return None

    def undecided(self, state: str, guard: Guard, answer: Answer, event: str | None) -> Stop:
        """Return the stop for a condition that gives neither true nor false."""
        gives = "null" if answer.value is None else shown(answer.value)
        reason = f"the condition `{guard.text}` gives {gives}, not true or false"
        return Stop(self.at, state, Code.WORKFLOW_GUARD, reason + _why(answer), event)

    def _decided(self, state: State, ask: Ask) -> Way | Stop:
        facts = self.facts(state.name)
        decided = self.graph.evaluator.decide(ask.decision.name, facts.data, self.at)
        answer = facts.resting(decided)
        title = f"the decision '{ask.decision.name}'"
        values = _outputs(answer.value, ask)
        if isinstance(values, str):
            reason = f"{title} {values}" + _why(answer)
            return Stop(self.at, state.name, Code.WORKFLOW_UNDECIDED, reason)
        transition = _branch(state, values)
        if transition is None:
            reason = f"{title} {_unhandled(values)}" + _why(answer)
            return Stop(self.at, state.name, Code.WORKFLOW_UNDECIDED, reason)
        return Way(transition, self._choice(transition, ask, [answer]))

    def _choice(
        self, transition: Transition, ask: Ask | None, answers: list[Answer]
    ) -> Choice | None:
        if not answers:
            return None
        inputs: set[str] | None = set()
        for answer in answers:
            inputs = None if inputs is None or answer.inputs is None else inputs | {*answer.inputs}
        return Choice(
            at=self.at,
            state=transition.source,
            transition=transition.id,
            target=transition.target.name,
            decision=ask.decision.name if ask is not None else None,
            value=answers[-1].value,
            inputs=None if inputs is None else tuple(sorted(inputs)),
            rules=_joined(answer.rules for answer in answers),
            statements=_joined(answer.statements for answer in answers),
            notes=_joined((note.portable for note in answer.notes) for answer in answers),
        )


def _outputs(value: Value, ask: Ask) -> list[Value] | str:
    """Return the different answers in a decision's value, or what is the matter with it.

    A list holds several answers, each once; an empty one is null. `output` picks from contexts.
    """
    found: list[Value] = []
    for item in value if type(value) is list else [value]:
        part = item
        if type(part) is dict:
            if ask.output is None:
                return "gives a context; name one of its outputs under 'output'"
            if ask.output.name not in part:
                return f"gives a context without '{ask.output.name}'"
            part = part[ask.output.name]
        elif ask.output is not None and part is not None:
            return f"has no output '{ask.output.name}': it gives {shown(part)}"
        if part is not None and type(part) not in _SCALARS:
            return f"gives {shown(part)}, which cannot be a branch"
        if not any(same(part, other) for other in found):
            found.append(part)
    return found or [None]


def same(a: Value, b: Value) -> bool:
    """Say whether two scalars are the same answer; `1` is `1.0` and is not `true`."""
    return (type(a) is bool) == (type(b) is bool) and bool(a == b)


def branch_for(state: State, value: Value) -> Transition | None:
    """Return the branch that is written for a value."""
    for transition in state.transitions:
        if transition.trigger is Trigger.VALUE and same(transition.value, value):
            return transition
    return None


def overriding(
    at: DateTime, state: State, way: Transition, event: Override, before: Choice | None
) -> Way:
    """Return the way a clinician chose instead of a decision, or instead of what it gave before."""
    choice = Choice(
        at=at,
        state=state.name,
        transition=way.id,
        target=way.target.name,
        decision=state.ask.decision.name if state.ask is not None else None,
        value=event.value,
        inputs=before.inputs if before is not None else (),
        rules=(),
        statements=(),
        notes=(),
        override=event.reason,
    )
    return Way(way, choice)


def _branch(state: State, values: list[Value]) -> Transition | None:
    """Return the transition for the answers; null and several never fall under `otherwise`."""
    by_trigger = {t.trigger: t for t in state.transitions if t.trigger is not Trigger.VALUE}
    if len(values) > 1:
        return by_trigger.get(Trigger.SEVERAL)
    if values[0] is None:
        return by_trigger.get(Trigger.NULL)
    return branch_for(state, values[0]) or by_trigger.get(Trigger.OTHERWISE)


def _unhandled(values: list[Value]) -> str:
    if len(values) > 1:
        return "gives several answers: " + ", ".join(map(shown, values))
    return "gives null" if values[0] is None else f"gives {shown(values[0])}: there is no branch"


def shown(value: Value) -> str:
    """Return a value as a message names it, without the data of a list or context."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return f"the text '{value[:60]}'"
    if isinstance(value, int | Decimal):
        return f"the number {value}"[:80]
    return with_article(kind(value)) if is_value(value) else "something that is no FEEL value"


def _why(answer: Answer) -> str:
    return f" ({answer.notes[0].text})" if answer.notes else ""


def _joined(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for group in groups for item in group))
