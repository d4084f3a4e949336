"""A model to call: load it once, evaluate it many times, from any thread.

In: DMN files. Out: `Model`, whose methods take Python values and return a `Result` (DMN 1.5, 10.4;
JSON-like data is mapped as `feel.conversion` says).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guidewright.dmn import model
from guidewright.dmn.collector import paused_collector
from guidewright.dmn.compiler import compile_models
from guidewright.dmn.evaluation import compute
from guidewright.dmn.prepared import Prepared, prepare
from guidewright.dmn.reader import load_definitions
from guidewright.dmn.requirements import Key, RequirementGraph
from guidewright.dmn.steps import Compiled, Step
from guidewright.dmn.trace import Trace
from guidewright.dmn.watching import TraceWatcher
from guidewright.errors import CallError, Code, ModelError, Note, Severity, did_you_mean
from guidewright.feel.api import Clock, run, to_feel
from guidewright.feel.clock import system_clock
from guidewright.feel.conversion import from_json_typed
from guidewright.feel.externals import NONE_ALLOWED, Externals
from guidewright.feel.names import normal
from guidewright.feel.result import Result
from guidewright.feel.runtime import (
    DEFAULT_LIMITS,
    Limits,
    Refuse,
    Runtime,
)
from guidewright.feel.values import Function, convert


@dataclass(frozen=True, slots=True)
class DecisionOptions:
    """How a call is made: whether to keep a trace, its limits, its clock.

    With `only_chosen`, a trace has only those rules that hit policies chose, and costs less.
    """

    trace: bool = False
    only_chosen: bool = False
    limits: Limits = DEFAULT_LIMITS
    clock: Clock = system_clock


DEFAULT_OPTIONS = DecisionOptions()
Answer = Callable[[Mapping[str, object]], Result[Trace]]
WARM_UP = 20  # calls of one goal after which a function of its own is made for it


def _goal(decision: str | Sequence[str] | None) -> str | tuple[str, ...] | None:
    """Return what is asked for as a key; raises `CallError` for what is no name."""
    if decision is None or isinstance(decision, str):
        return decision
    names = tuple(decision)
    for each in names:
        if not isinstance(each, str):
            text = f"the name of a decision is a text, not {each!r}"
            raise CallError(Note(Code.DECISION, None, text, "give one name, or a list of names"))
    return names


class Model:
    """A compiled model; immutable, safe to share between threads."""

    def __init__(self, compiled: Compiled) -> None:
        self._compiled = compiled
        self.definitions = compiled.main
        self.notes = tuple(compiled.notes)
        self._by_name: dict[str, list[Step]] = {}
        for step in compiled.steps.values():
            self._by_name.setdefault(normal(step.element.name), []).append(step)
        self._answers: dict[object, Answer] = {}  # by goal; made when it is asked for often
        self._calls: dict[object, int] = {}
        self._values: dict[object, Prepared] = {}

    # names --------------------------------------------------------------------------------------

    def _own(self, name: str, *kinds: type[model.DrgElement]) -> Step:
        """Return the element of that name and kind in the main model."""
        steps = [
            step for step in self._by_name.get(normal(name), ()) if isinstance(step.element, kinds)
        ]
        own = [step for step in steps if step.key[0] == self.definitions.namespace] or steps
        if own:
            return own[0]
        words = {
            model.Decision: "decision",
            model.BusinessKnowledgeModel: "business knowledge model",
            model.DecisionService: "decision service",
        }
        kind = words.get(kinds[0], "element")
        known = [each.name for each in self.definitions.elements if isinstance(each, kinds)]
        hint = did_you_mean(name, known)
        raise CallError(Note(Code.DECISION, None, f"the model has no {kind} {name!r}", hint))

    def step_of(self, decision: str) -> Step:
        """Return how a decision is computed; raises `CallError` for an unknown name."""
        return self._own(decision, model.Decision)

    @property
    def steps(self) -> Mapping[Key, Step]:
        """How each element of the requirement graph gets its value."""
        return self._compiled.steps

    @property
    def graph(self) -> RequirementGraph:
        """What each element requires."""
        return self._compiled.graph

    def with_step(self, step: Step) -> Model:
        """Return the model with another way to compute one element; nothing else is compiled."""
        old = self._compiled
        steps = {**old.steps, step.key: step}
        return Model(Compiled(old.main, old.graph, steps, old.notes))

    # calls --------------------------------------------------------------------------------------

    def evaluate(
        self,
        inputs: Mapping[str, object],
        decision: str | Sequence[str] | None = None,
        *,
        options: DecisionOptions = DEFAULT_OPTIONS,
    ) -> Result[Trace]:
        """Evaluate one decision, several, or (by default) all of the main model.

        The value is the decision's, or a context of values by name when several are asked for.
        An input that is not given is null; the value of a decision may be given, too, and is then
        not computed. A value that does not fit its type is null with a note.

        Raises `CallError` for an unknown name or a value that FEEL does not have, `ResourceError`
        when a limit is reached.
        """
        if options is DEFAULT_OPTIONS:
            try:
                answer = self._answers[decision]
            except KeyError:  # not asked often
                answer = self._warmed_up(_goal(decision))
            except TypeError:  # a list, which is no key
                goal = _goal(decision)
                answer = self._answers.get(goal) or self._warmed_up(goal)
            return answer(inputs)
        return self._thoroughly(inputs, decision, options)

    def compile(
        self, decision: str | Sequence[str] | None = None
    ) -> Callable[[Mapping[str, object]], Any]:
        """Return a function from inputs to the value of a decision, several or all, for many calls.

        It takes what `evaluate` takes and gives the same value, without notes; where something
        would be noted it is as slow as `evaluate`. Raises what `evaluate` raises.
        """
        goal = _goal(decision)
        known = self._values.get(goal)
        if known is not None:
            return known

        def thoroughly(inputs: Mapping[str, object]) -> Any:
            return self._thoroughly(inputs, goal, DEFAULT_OPTIONS).value

        _, goals = self._goals(goal)
        single = isinstance(goal, str)
        quick = prepare(self._compiled, goals, single=single, otherwise=thoroughly) or thoroughly
        self._values[goal] = quick
        return quick

    def _goals(self, decision: str | Sequence[str] | None) -> tuple[list[str], list[Key]]:
        if decision is None:
            names = [each.name for each in self.definitions.decisions]
        else:
            names = [decision] if isinstance(decision, str) else list(decision)
        return names, [self._own(name, model.Decision).key for name in names]

    def _warmed_up(self, decision: str | Sequence[str] | None) -> Answer:
        """Return the prepared function once a goal was asked for often enough to be worth it."""

        def thoroughly(inputs: Mapping[str, object]) -> Result[Trace]:
            return self._thoroughly(inputs, decision, DEFAULT_OPTIONS)

        calls = self._calls[decision] = self._calls.get(decision, 0) + 1
        if calls != WARM_UP:
            return thoroughly
        _, goals = self._goals(decision)
        single = isinstance(decision, str)
        quick = prepare(self._compiled, goals, single=single, results=True, otherwise=thoroughly)
        self._answers[decision] = quick or thoroughly
        return self._answers[decision]

    def _thoroughly(
        self,
        inputs: Mapping[str, object],
        decision: str | Sequence[str] | None,
        options: DecisionOptions,
    ) -> Result[Trace]:
        rt = self._runtime(options)
        given = self._given(inputs, rt)
        names, goals = self._goals(decision)
        values = run(self._compute, rt, (goals, given))
        value = (
            values[goals[0]]
            if isinstance(decision, str)
            else {normal(name): values[goal] for name, goal in zip(names, goals, strict=True)}
        )
        return Result(value, tuple(rt.notes), self._trace(rt, given))

    def _compute(self, rt: Runtime, goals: list[Key], given: dict[Key, Any]) -> dict[Key, Any]:
        return compute(self._compiled, rt, goals, given)

    def evaluate_service(
        self,
        name: str,
        inputs: Mapping[str, object],
        *,
        options: DecisionOptions = DEFAULT_OPTIONS,
    ) -> Result[Trace]:
        """Call a decision service with inputs by name; one that is not given is null."""
        return self._call(self._own(name, model.DecisionService), inputs, options)

    def invoke(
        self,
        name: str,
        arguments: Mapping[str, object] | Sequence[object],
        *,
        options: DecisionOptions = DEFAULT_OPTIONS,
    ) -> Result[Trace]:
        """Call a business knowledge model with arguments by name or in order."""
        return self._call(self._own(name, model.BusinessKnowledgeModel), arguments, options)

    def _call(
        self,
        step: Step,
        arguments: Mapping[str, object] | Sequence[object],
        options: DecisionOptions,
    ) -> Result[Trace]:
        function = step.value
        assert function is not None  # noqa: S101 - both kinds of elements are functions
        rt = self._runtime(options)
        types = {parameter.name: parameter.type for parameter in function.parameters}
        value: Any = None
        try:
            if isinstance(arguments, Mapping):
                named = {
                    normal(key): _typed(to_feel(each, key), types.get(normal(key)))
                    for key, each in arguments.items()
                }
                value = run(_invoke_named, rt, (function, named))
            else:
                listed = [
                    _typed(to_feel(each, str(place + 1)), parameter.type)
                    for place, (each, parameter) in enumerate(
                        zip(arguments, function.parameters, strict=False)
                    )
                ]
                listed += [to_feel(each, "argument") for each in arguments[len(listed) :]]
                value = run(_invoke_positional, rt, (function, listed))
        except Refuse as why:
            rt.refused(why, step.element.name_span)
        return Result(value, tuple(rt.notes), self._trace(rt, {}))

    # helpers ------------------------------------------------------------------------------------

    @staticmethod
    def _runtime(options: DecisionOptions) -> Runtime:
        watcher = TraceWatcher(every_rule=not options.only_chosen) if options.trace else None
        return Runtime(options.limits, options.clock, watcher=watcher)

    def _trace(self, rt: Runtime, given: Mapping[Key, Any]) -> Trace | None:
        if rt.watcher is None:
            return None
        trace: Trace = rt.watcher.trace(
            {self._compiled.steps[key].element.name: value for key, value in given.items()}
        )
        return trace

    def _given(self, inputs: Mapping[str, object], rt: Runtime) -> dict[Key, Any]:
        """Convert the caller's values; an element reached on several ways has one value."""
        given: dict[Key, Any] = {}
        for name, raw in inputs.items():
            steps = self._named(name)
            for step in steps:
                given[step.key] = self._checked(step, to_feel(raw, name), rt)
        return given

    def _named(self, name: str) -> list[Step]:
        """Return the input data (or decisions) a caller means, `import.name` included."""
        found = [
            step
            for step in self._by_name.get(normal(name), ())
            if isinstance(step.element, (model.InputData, model.Decision))
        ]
        own = [step for step in found if step.key[0] == self.definitions.namespace]
        if found:
            return own or found
        for each in self.definitions.imports:
            prefix = normal(each.name) + "."
            if normal(name).startswith(prefix):
                rest = normal(name)[len(prefix) :]
                inside = [
                    step for step in self._by_name.get(rest, ()) if step.key[0] == each.namespace
                ]
                if inside:
                    return inside
        known = [each.name for each in self.definitions.input_data]
        note = Note(
            Code.INPUT_UNKNOWN, None, f"no input is named {name!r}", did_you_mean(name, known)
        )
        raise CallError(note)

    @staticmethod
    def _checked(step: Step, value: Any, rt: Runtime) -> Any:
        """Return the value in its declared type, or null with a note."""
        element = step.element
        try:
            value = convert(from_json_typed(value, step.type), step.type)
        except Refuse as why:
            rt.note(Code.INPUT_TYPE, element.name_span, f"{element.name!r}: {why.reason}")
            return None
        refusals = list(step.item.refusals(rt, value)) if step.item is not None else []
        for reason in refusals:
            rt.note(Code.INPUT_DOMAIN, element.name_span, f"{element.name!r}: {reason}")
        return None if refusals else value


def _typed(value: Any, of: Any) -> Any:
    return value if of is None else from_json_typed(value, of)


def _invoke_named(rt: Runtime, function: Function, arguments: Mapping[str, Any]) -> Any:
    return function.invoke_named(rt, arguments)


def _invoke_positional(rt: Runtime, function: Function, arguments: Sequence[Any]) -> Any:
    return function.invoke_positional(rt, arguments)


# loading ----------------------------------------------------------------------------------------


def load_dmn(
    path: str | Path, *, strict: bool = True, externals: Externals = NONE_ALLOWED
) -> Model:
    """Load a DMN file and what it imports from the files beside it.

    Imports are resolved by namespace among the `.dmn` files of the same folder; `locationURI` is
    never opened. With `strict`, any fault of a text stops the load; without, such a text is null
    when it is evaluated. `externals` are the external functions that may be called
    (`feel.externals`); none by default.

    Raises `ModelError` listing every fault with its place.
    """
    with paused_collector():
        return build(load_models(path), strict=strict, externals=externals)


def load_models(path: str | Path) -> list[model.Definitions]:
    """Read a DMN file and the models it imports, directly or not; the file's own comes first."""
    main = load_definitions(Path(path))
    return [main, *_imported(main, Path(path))]


def build(
    models: Sequence[model.Definitions],
    *,
    strict: bool = True,
    externals: Externals = NONE_ALLOWED,
) -> Model:
    """Compile models that were read; the first is the main one."""
    with paused_collector():
        compiled = compile_models(models, externals)
    faults = [note for note in compiled.notes if note.severity is Severity.ERROR]
    if strict and faults:
        raise ModelError(sorted(set(faults), key=_place))
    return Model(compiled)


def _place(note: Note) -> Any:
    place = note.span.place if note.span is not None else None
    return (place.file, place.line, place.column) if place else ("", 0, 0)


def _imported(main: model.Definitions, path: Path) -> Iterable[model.Definitions]:
    """Return the models that `main` imports, directly or not, from the folder of its file."""
    if not main.imports:
        return []
    beside: dict[str, model.Definitions] = {}
    for other in sorted(path.parent.glob("*.dmn")):
        if other.resolve() != path.resolve() and other.resolve().parent == path.parent.resolve():
            definitions = load_definitions(other)
            beside.setdefault(definitions.namespace, definitions)
    found: dict[str, model.Definitions] = {}
    wanted = list(main.imports)
    while wanted:
        each = wanted.pop()
        if each.namespace == main.namespace or each.namespace in found:
            continue
        imported = beside.get(each.namespace)
        if imported is None:
            if "DMN" in each.import_type:
                raise ModelError(
                    Note(
                        Code.IMPORT,
                        each.span,
                        f"no model with the namespace {each.namespace!r} is beside this file",
                        "put the imported file into the same folder",
                    )
                )
            continue
        found[each.namespace] = imported
        wanted.extend(imported.imports)
    return found.values()
