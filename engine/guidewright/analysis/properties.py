"""`properties.yaml`: what must hold for every patient, and what is true of every real one.

In: the file beside `guideline.yaml` (docs/properties.md). Out: frozen constraints and properties,
with their FEEL texts checked against the inputs and decisions of the model; or every fault with its
place. How a property is decided is in `property_checks` and `property_paths`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from guidewright.dmn import Model
from guidewright.dmn.model import Decision, InputData
from guidewright.errors import Code, ModelError, Severity, did_you_mean
from guidewright.feel.api import BUILTIN_SCOPE, Expression, compile_expression, component_names
from guidewright.feel.checker import check
from guidewright.feel.code import Code as LoweredCode
from guidewright.feel.lower import lower
from guidewright.feel.names import normal
from guidewright.feel.parser import parse_expression
from guidewright.feel.runtime import Refuse
from guidewright.feel.scope import Binding, scope_of
from guidewright.feel.temporal import parse_duration
from guidewright.feel.temporal.durations import DaysTimeDuration
from guidewright.feel.types import ANY, BOOLEAN, NULL, Type
from guidewright.guideline.guide import Guideline
from guidewright.guideline.provenance import tables_of
from guidewright.source import Span
from guidewright.workflow.model import Graph
from guidewright.yaml_reader import YamlMap, YamlScalar, read_yaml_file
from guidewright.yaml_shape import Faults, Fields, root_map

FILE = "properties.yaml"


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """A FEEL condition over inputs and decisions: to run it, and to prove with it."""

    span: Span
    code: LoweredCode
    bindings: tuple[Binding, ...]
    expression: Expression

    @property
    def names(self) -> tuple[str, ...]:
        """The inputs and decisions it looks at."""
        return self.expression.used

    @property
    def text(self) -> str:
        """The FEEL text on one line."""
        return " ".join(self.span.text.split())


@dataclass(frozen=True, slots=True)
class Constraint:
    """What no real patient breaks: a patient for whom `holds` is false is never considered."""

    id: str
    text: str
    holds: Condition
    span: Span


@dataclass(frozen=True, slots=True)
class Never:
    """The condition is true for no such patient."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class Always:
    """The condition is true for every such patient; null is not true."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class NeverRules:
    """None of these rules is chosen for such a patient."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SomeRule:
    """At least one of these rules is chosen for every such patient."""

    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SameWhatever:
    """The decisions do not depend on these inputs."""

    inputs: tuple[str, ...]
    decisions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """Every way of such a patient is in the state after at most `by_step` events."""

    state: str
    by_step: int


@dataclass(frozen=True, slots=True)
class Before:
    """No way of such a patient comes into `state` before it has been in `done`."""

    state: str
    done: str


@dataclass(frozen=True, slots=True)
class Within:
    """Whoever comes into `start` comes into `state` before so much time has passed."""

    start: str
    state: str
    time: DaysTimeDuration


DecisionClaim = Never | Always | NeverRules | SomeRule | SameWhatever
PathClaim = Reached | Before | Within


@dataclass(frozen=True, slots=True)
class Property:
    """One thing that must hold for every patient for whom `whom` is true.

    `known` are ambiguities of the source because of which it is known not to hold.
    """

    id: str
    text: str
    statements: tuple[str, ...]
    whom: Condition | None
    readings: Mapping[str, str]  # by policy; a policy that is not named may be read in any way
    claim: DecisionClaim | PathClaim
    known: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Properties:
    """The whole file."""

    constraints: tuple[Constraint, ...] = ()
    properties: tuple[Property, ...] = ()


NONE = Properties()


def properties_of(guide: Guideline) -> Properties:
    """Return the properties of a guideline; none when it has no such file.

    Raises `ModelError` listing every fault with its place.
    """
    path = guide.folder / FILE
    if not path.is_file():
        return NONE
    faults = Faults()
    found = read_properties(path, guide, faults)
    faults.stop()
    return found


def read_properties(path: Path, guide: Guideline, faults: Faults) -> Properties:
    """Read the file; what is wrong goes to `faults`.

    Raises `ModelError` when the file is no YAML.
    """
    root = root_map(read_yaml_file(path), faults, FILE)
    if root is None:
        return NONE
    fields = Fields(root, faults, FILE)
    reader = _Reader(guide, faults)
    constraints = [reader.constraint(node) for node in fields.maps("constraints")]
    properties = [reader.property(node) for node in fields.maps("properties")]
    fields.close()
    return Properties(
        tuple(each for each in constraints if each is not None),
        tuple(each for each in properties if each is not None),
    )


def value_types(model: Model) -> dict[str, Type]:
    """Return the types of all inputs and decisions by name."""
    return {
        normal(step.element.name): step.type
        for step in model.steps.values()
        if isinstance(step.element, (InputData, Decision))
    }


def condition(span: Span, types: Mapping[str, Type]) -> Condition:
    """Check and lower a FEEL condition.

    Raises `ModelError` for a fault of its syntax, names or types.
    """
    components = {name for of in types.values() for name in component_names(of)}
    scope = scope_of(types, parent=BUILTIN_SCOPE, components=components)
    checked = check(parse_expression(span, scope), scope)
    faults = [note for note in checked.notes if note.severity is Severity.ERROR]
    if faults:
        raise ModelError(faults)
    bindings = tuple(scope.bindings.values())
    return Condition(span, lower(checked), bindings, compile_expression(span, types))


class _Reader:
    """Reads the entries of one file against one guideline."""

    def __init__(self, guide: Guideline, faults: Faults) -> None:
        self._guide = guide
        self._faults = faults
        self._types = value_types(guide.model)
        self._ids: set[str] = set()
        self._rules = {
            rule.id
            for _, table in tables_of(guide.model.definitions)
            for rule in table.rules
            if rule.id
        }

    def constraint(self, node: YamlMap) -> Constraint | None:
        """Read one entry of `constraints`."""
        fields = Fields(node, self._faults, "a constraint")
        name = self._id(fields)
        text = fields.text("text", fields.span) or ""
        holds = self._condition(fields, "holds", fields.span)
        fields.close()
        return Constraint(name, text, holds, fields.span) if name and holds is not None else None

    def property(self, node: YamlMap) -> Property | None:
        """Read one entry of `properties`."""
        fields = Fields(node, self._faults, "a property")
        name = self._id(fields)
        text = fields.text("text", fields.span) or ""
        statements = self._listed(fields, "statements", self._guide.file.statements, "statement")
        whom = self._condition(fields, "for")
        readings = self._readings(fields)
        known = self._listed(fields, "known", self._guide.file.ambiguities, "ambiguity")
        claim = self._claim(fields)
        fields.close()
        if not name or claim is None:
            return None
        return Property(name, text, statements, whom, readings, claim, known, fields.span)

    def _id(self, fields: Fields) -> str | None:
        node = fields.scalar("id", fields.span)
        if node is None:
            return None
        name = node.text.strip()
        fields.what = f"{name!r}"
        if name in self._ids:
            self._faults.add(Code.PROPERTY, node.span, f"the id {name!r} is used twice")
        self._ids.add(name)
        return name

    def _listed(self, fields: Fields, key: str, known: Iterable[str], what: str) -> tuple[str, ...]:
        """Return ids that guideline.yaml lists."""
        names = set(known)
        found = fields.texts(key)
        for each in found:
            if each.text.strip() not in names:
                text = f"{fields.what} names the {what} {each.text.strip()!r}, which is not listed"
                hint = did_you_mean(each.text.strip(), names)
                self._faults.add(Code.STATEMENT, each.span, text, hint)
        return tuple(each.text.strip() for each in found)

    def _readings(self, fields: Fields) -> dict[str, str]:
        found: dict[str, str] = {}
        for entry in fields.entries("policies"):
            name = entry.key.text
            reading = entry.value.text.strip() if isinstance(entry.value, YamlScalar) else ""
            policy = self._guide.file.policies.get(name)
            if policy is None:
                hint = did_you_mean(name, self._guide.file.policies)
                self._faults.add(Code.POLICY, entry.key.span, f"no policy is named {name!r}", hint)
            elif reading not in policy.readings:
                text = f"the policy {name} has no reading {reading!r}"
                hint = "its readings are: " + ", ".join(policy.readings)
                self._faults.add(Code.POLICY, entry.value.span, text, hint)
            else:
                found[name] = reading
        return found

    def _condition(
        self, fields: Fields, key: str, required: Span | None = None
    ) -> Condition | None:
        node = fields.scalar(key, required)
        if node is None:
            return None
        try:
            found = condition(node.embedded(), self._types)
        except ModelError as fault:
            self._faults.notes.extend(fault.notes)
            return None
        if found.expression.type not in (BOOLEAN, ANY, NULL):
            text = f"{key!r} of {fields.what} is {found.expression.type}, not true or false"
            self._faults.add(Code.PROPERTY, node.span, text, "write a condition")
        return found

    # claims -------------------------------------------------------------------------------------

    def _claim(self, fields: Fields) -> DecisionClaim | PathClaim | None:
        """Read the one key that says what must hold."""
        given = [key for key in _CLAIMS if fields.node.get(key) is not None]
        fields.asked.extend(_CLAIMS)
        if len(given) != 1:
            text = f"{fields.what} must say exactly one thing that holds, not {len(given)}"
            self._faults.add(Code.PROPERTY, fields.span, text, "one of: " + ", ".join(_CLAIMS))
            return None
        return _CLAIMS[given[0]](self, fields, given[0])

    def _never(self, fields: Fields, key: str) -> Never | None:
        found = self._condition(fields, key)
        return Never(found) if found is not None else None

    def _always(self, fields: Fields, key: str) -> Always | None:
        found = self._condition(fields, key)
        return Always(found) if found is not None else None

    def _rule_ids(self, fields: Fields, key: str) -> tuple[str, ...]:
        found = fields.texts(key)
        for each in found:
            if each.text.strip() not in self._rules:
                hint = did_you_mean(each.text.strip(), self._rules)
                text = f"no rule has the id {each.text.strip()!r}"
                self._faults.add(Code.PROPERTY, each.span, text, hint)
        known = [each.text.strip() for each in found]
        return tuple(each for each in known if each in self._rules)

    def _never_rules(self, fields: Fields, key: str) -> NeverRules:
        return NeverRules(self._rule_ids(fields, key))

    def _some_rule(self, fields: Fields, key: str) -> SomeRule:
        return SomeRule(self._rule_ids(fields, key))

    def _same(self, fields: Fields, key: str) -> SameWhatever | None:
        node = fields.map_at(key)
        if node is None:
            return None
        inner = Fields(node, self._faults, f"{key!r} of {fields.what}")
        inputs = self._names(inner, "inputs", InputData)
        decisions = self._names(inner, "decisions", Decision)
        inner.close()
        return SameWhatever(inputs, decisions)

    def _names(
        self, fields: Fields, key: str, kind: type[InputData] | type[Decision]
    ) -> tuple[str, ...]:
        steps = self._guide.model.steps.values()
        known = {normal(step.element.name) for step in steps if isinstance(step.element, kind)}
        found = fields.texts(key, fields.span)
        for each in found:
            if each.text.strip() not in known:
                word = "input" if kind is InputData else "decision"
                text = f"no {word} is named {each.text.strip()!r}"
                hint = did_you_mean(each.text.strip(), known)
                self._faults.add(Code.PROPERTY, each.span, text, hint)
        return tuple(each.text.strip() for each in found if each.text.strip() in known)

    # ways ---------------------------------------------------------------------------------------

    def _way(self, fields: Fields, key: str) -> Fields | None:
        node = fields.map_at(key)
        if node is None:
            return None
        if self._guide.graph is None:
            text = f"{fields.what} is about the workflow, and this guideline has none"
            self._faults.add(Code.PROPERTY, fields.key_span(key), text)
            return None
        return Fields(node, self._faults, f"{key!r} of {fields.what}")

    def _state(self, fields: Fields, key: str) -> str | None:
        node = fields.scalar(key, fields.span)
        if node is None or self._guide.graph is None:
            return None
        known = state_names(self._guide.graph)
        if node.text.strip() not in known:
            text = f"no state is named {node.text.strip()!r}"
            hint = did_you_mean(node.text.strip(), known)
            self._faults.add(Code.WORKFLOW_STATE, node.span, text, hint)
            return None
        return node.text.strip()

    def _reached(self, fields: Fields, key: str) -> Reached | None:
        inner = self._way(fields, key)
        if inner is None:
            return None
        state = self._state(inner, "state")
        steps = inner.number("by step", inner.span)
        inner.close()
        if state is None or steps is None:
            return None
        if steps != int(steps) or steps < 0:
            self._faults.add(
                Code.PROPERTY, inner.key_span("by step"), "steps are counted 0, 1, 2 …"
            )
            return None
        return Reached(state, int(steps))

    def _before(self, fields: Fields, key: str) -> Before | None:
        inner = self._way(fields, key)
        if inner is None:
            return None
        state, done = self._state(inner, "state"), self._state(inner, "done")
        inner.close()
        return Before(state, done) if state is not None and done is not None else None

    def _within(self, fields: Fields, key: str) -> Within | None:
        inner = self._way(fields, key)
        if inner is None:
            return None
        start, state = self._state(inner, "from"), self._state(inner, "state")
        time = inner.scalar("time", inner.span)
        inner.close()
        if start is None or state is None or time is None:
            return None
        try:
            length = parse_duration(time.text.strip())
        except Refuse:
            length = None
        if not isinstance(length, DaysTimeDuration):
            text = f"{time.text.strip()!r} is no time of days, hours or minutes"
            self._faults.add(Code.PROPERTY, time.span, text, "write PT1H or P28D")
            return None
        return Within(start, state, length)


_CLAIMS: dict[str, Callable[[_Reader, Fields, str], DecisionClaim | PathClaim | None]] = {
    "never": _Reader._never,
    "always": _Reader._always,
    "never rules": _Reader._never_rules,
    "some rule": _Reader._some_rule,
    "same whatever": _Reader._same,
    "reached": _Reader._reached,
    "before": _Reader._before,
    "within": _Reader._within,
}


def state_names(graph: Graph) -> Sequence[str]:
    """Return the names of all states, at every depth."""
    return [state.name for state in graph.states]
