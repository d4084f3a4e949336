"""Check and compile a model and those it imports: every text read, every name resolved.

In: `Definitions`, the main one first. Out: `Compiled`: one function per decision, one FEEL function
per business knowledge model and decision service, and all notes on the texts. What a decision sees
are its direct requirements and nothing else (DMN 1.5, 6.3 and 10.4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from guidewright.dmn import model, table_python
from guidewright.dmn.boxed import Boxes, Pending, convert, make_function
from guidewright.dmn.cells import read_literal
from guidewright.dmn.evaluation import compute
from guidewright.dmn.items import ItemTable
from guidewright.dmn.requirements import Key, element_key, requirement_graph
from guidewright.dmn.rules import output_spans, output_texts
from guidewright.dmn.steps import Compiled, Lowered, Run, Step, Unlinked
from guidewright.dmn.table import lower_table
from guidewright.errors import Code, Note, Severity, did_you_mean
from guidewright.feel import code
from guidewright.feel.api import BUILTIN_SCOPE
from guidewright.feel.externals import NONE_ALLOWED, Externals
from guidewright.feel.names import NameTrie, normal
from guidewright.feel.python_backend import Unit, new_unit
from guidewright.feel.runtime import Runtime
from guidewright.feel.scope import Binding, Role, Scope
from guidewright.feel.text import literal
from guidewright.feel.types import ANY, FunctionType, Type
from guidewright.feel.values import Function, Parameter

_ = table_python  # importing it registers how tables are emitted


def compile_models(
    models: Sequence[model.Definitions], externals: Externals = NONE_ALLOWED
) -> Compiled:
    """Compile models that may import each other; the first is the main one.

    Faults are collected in the notes; where a text has one, the compiled function gives null.
    """
    return _Compiler(models, externals).compile()


class _Compiler:
    def __init__(self, models: Sequence[model.Definitions], externals: Externals) -> None:
        self._externals = externals
        self._models = {each.namespace: each for each in models}
        self._unit: Unit = new_unit(models[0].name or "model")
        self._compiled = Compiled(models[0], requirement_graph(*models), {})
        self._tables: dict[str, ItemTable] = {}
        self._unlinked: dict[Key, Unlinked] = {}
        self._pending: list[Pending] = []

    def compile(self) -> Compiled:
        for definitions in self._models.values():
            self._items(definitions, ())
        for definitions in self._models.values():
            for element in definitions.elements:
                if not isinstance(element, model.KnowledgeSource):
                    self._declare(definitions, element)
        links: list[Callable[[dict[str, Any]], None]] = []
        for definitions in self._models.values():
            links.extend(self._model(definitions))
        namespace = self._unit.build()
        for link in links:
            link(namespace)
        for table in self._tables.values():
            table.link(namespace)
            self._compiled.notes.extend(table.notes)
        self._compiled.notes.extend(self._not_allowed())
        return self._compiled

    def _not_allowed(self) -> Iterable[Note]:
        """Yield a fault for each constant that its item definition does not allow."""
        rt = Runtime()
        known: dict[tuple[int, str], bool] = {}
        for each in self._pending:
            key = (id(each.item), literal(each.value))
            if key not in known:
                known[key] = not any(each.item.refusals(rt, each.value))
            if not known[key]:
                values = Boxes.allowed_texts(each.item)
                near = did_you_mean(each.value, values) if isinstance(each.value, str) else None
                hint = near.replace("'", '"') if near else None
                for span in each.spans():
                    yield Note(each.code, span, each.text, hint)

    # types --------------------------------------------------------------------------------------

    def _items(self, definitions: model.Definitions, via: tuple[str, ...]) -> ItemTable:
        """Return the item definitions of a model; a ring of imports ends where it began."""
        found = self._tables.get(definitions.namespace)
        if found is not None:
            return found
        imported = {
            normal(each.name): self._items(
                self._models[each.namespace], (*via, definitions.namespace)
            )
            for each in definitions.imports
            if each.namespace in self._models
            and each.namespace not in (*via, definitions.namespace)
        }
        table = self._tables[definitions.namespace] = ItemTable(definitions, imported, self._unit)
        return table

    def _declare(self, definitions: model.Definitions, element: model.DrgElement) -> None:
        """Make the step of an element, with its type but without its function."""
        items = self._tables[definitions.namespace]
        key = element_key(definitions, element)
        reference = element.variable.type if element.variable is not None else None
        of = items.type_of(reference)
        step = Step(key, element, of, items.item_of(reference))
        if isinstance(element, (model.BusinessKnowledgeModel, model.DecisionService)):
            unlinked = self._unlinked[key] = Unlinked()
            parameters = self._parameters(definitions, element)
            result = self._result(definitions, element, of)
            name = normal(element.name)
            step.value = Function(name, parameters, result, unlinked)
            ins = tuple(parameter.type or ANY for parameter in parameters)
            step.type = FunctionType(ins, result or ANY)
        self._compiled.steps[key] = step

    def _parameters(
        self, definitions: model.Definitions, element: model.DrgElement
    ) -> tuple[Parameter, ...]:
        if isinstance(element, model.BusinessKnowledgeModel):
            items = self._tables[definitions.namespace]
            formal = element.logic.parameters if element.logic is not None else ()
            return tuple(
                Parameter(
                    normal(each.name),
                    items.type_of(each.type) if each.type is not None else None,
                )
                for each in formal
            )
        assert isinstance(element, model.DecisionService)  # noqa: S101 - the only other caller
        parameters = []
        for reference in (*element.input_data, *element.input_decisions):
            target, items, name = self._target(definitions, reference)
            if target is None:
                continue
            declared = target.variable.type if target.variable is not None else None
            of = items.type_of(declared) if declared is not None else None
            parameters.append(Parameter(name, of))
        return tuple(parameters)

    def _target(
        self, definitions: model.Definitions, reference: model.Reference
    ) -> tuple[model.DrgElement | None, ItemTable, str]:
        """Return the element a reference leads to, its types, and its name as seen from here."""
        namespace = reference.namespace or definitions.namespace
        items = self._tables.get(namespace, self._tables[definitions.namespace])
        element = self._compiled.graph.elements.get((namespace, reference.id))
        if element is None:
            return None, items, ""
        return element, items, self._name(definitions, namespace, element)

    def _name(
        self, definitions: model.Definitions, namespace: str, element: model.DrgElement
    ) -> str:
        name = normal(element.name)
        if namespace == definitions.namespace:
            return name
        prefix = next(
            (normal(each.name) for each in definitions.imports if each.namespace == namespace), ""
        )
        return f"{prefix}.{name}" if prefix else name

    def _result(
        self, definitions: model.Definitions, element: model.DrgElement, of: Type
    ) -> Type | None:
        if isinstance(of, FunctionType):
            return of.result
        if of != ANY:
            return of
        if isinstance(element, model.BusinessKnowledgeModel) and element.logic is not None:
            items = self._tables[definitions.namespace]
            body = element.logic.body
            declared = element.logic.type or (body.type if body is not None else None)
            return items.type_of(declared) if declared is not None else None
        return None

    # logic --------------------------------------------------------------------------------------

    def _model(self, definitions: model.Definitions) -> Iterable[Callable[[dict[str, Any]], None]]:
        items = self._tables[definitions.namespace]
        components = NameTrie.of(component_names(definitions))
        for each in definitions.imports:
            if each.namespace in self._models:
                for name in component_names(self._models[each.namespace]):
                    components.add(name)
        type_names = NameTrie.of(items.names())
        for element in definitions.elements:
            boxes = Boxes(items, type_names, self._externals)
            scope = Scope(BUILTIN_SCOPE, declared=components)
            key = element_key(definitions, element)
            match element:
                case model.Decision() if element.logic is not None:
                    yield self._decision(definitions, element, key, boxes, scope)
                case model.BusinessKnowledgeModel() if element.logic is not None:
                    yield self._knowledge(definitions, element, key, boxes, scope)
                case model.DecisionService():
                    self._unlinked[key].run = self._service(definitions, element)
                case model.BusinessKnowledgeModel():
                    self._unlinked[key].run = lambda rt, arguments: None
            self._explain_unknown(definitions, element, boxes)
            self._compiled.notes.extend(boxes.notes)
            self._pending.extend(boxes.pending)

    def _require(
        self,
        definitions: model.Definitions,
        requirements: Iterable[model.Requirement],
        scope: Scope,
        types: Mapping[Key, Type],
    ) -> list[tuple[Key, Binding]]:
        """Bring the required elements into scope; return those whose values are arguments.

        `types` may know more of a value than its declaration says.
        """
        arguments = []
        for requirement in requirements:
            target, _, name = self._target(definitions, requirement.target)
            if target is None or requirement.kind is model.RequirementKind.AUTHORITY:
                continue
            namespace = requirement.target.namespace or definitions.namespace
            step = self._compiled.steps[namespace, requirement.target.id]
            if step.value is not None:
                scope.define(Binding(name, step.type, Role.CONSTANT, step.value))
            else:
                of = types.get(step.key, step.type)
                arguments.append((step.key, scope.define(Binding(name, of))))
        return arguments

    def _decision(
        self,
        definitions: model.Definitions,
        decision: model.Decision,
        key: Key,
        boxes: Boxes,
        scope: Scope,
    ) -> Callable[[dict[str, Any]], None]:
        step = self._compiled.steps[key]
        arguments = self._require(definitions, decision.requirements, scope, {})
        for argument, binding in arguments:
            item = self._compiled.steps[argument].item
            if item is not None:
                boxes.named_items[binding.name] = item
        lowered = convert(self._lower(boxes, decision.logic, scope, decision), step.type)
        bindings = tuple(binding for _, binding in arguments)
        step.inputs = tuple(argument for argument, _ in arguments)
        name = self._unit.function(bindings, lowered)
        self._check_outputs(step, decision, boxes)

        def lower_again(types: Mapping[Key, Type]) -> Lowered:
            if all(types[each] == binding.type for each, binding in arguments):
                return Lowered(lowered, bindings)
            inner = Scope(scope.parent, declared=scope.declared)
            known = self._require(definitions, decision.requirements, inner, types)
            fresh = Boxes(boxes.items, boxes.type_names, boxes.externals)
            again = convert(self._lower(fresh, decision.logic, inner, decision), step.type)
            return Lowered(again, tuple(binding for _, binding in known))

        step.lower = lower_again
        self._note_unused(decision, [binding.name for _, binding in arguments], boxes)

        def link(namespace: dict[str, Any]) -> None:
            step.function = namespace[name]

        return link

    @staticmethod
    def _check_outputs(step: Step, decision: model.Decision, boxes: Boxes) -> None:
        """The constants of a table with one output must be values that the decision may have."""
        table = decision.logic
        item = step.item
        if not isinstance(table, model.DecisionTable) or item is None or table.aggregation:
            return
        if len(table.outputs) != 1 or item.components or table.outputs[0].values is not None:
            return
        listed = item.allowed.text.strip() if item.allowed is not None else ""
        for text in dict.fromkeys(output_texts(table.rules, 0)):
            value = read_literal(text) if text is not None else None
            if text is not None and value is not None:
                words = f"{literal(value)} is not among the output values: {listed}"
                given = [value] if item.is_collection else value
                spans = partial(output_spans, table.rules, 0, text)
                boxes.pending.append(Pending(item, given, spans, Code.OUTPUT_VALUE, words))

    @staticmethod
    def _lower(
        boxes: Boxes, logic: model.Expression | None, scope: Scope, element: model.DrgElement
    ) -> code.Code:
        if isinstance(logic, model.DecisionTable):
            table = lower_table(boxes, logic, scope, normal(element.name))
            return boxes.converted(table, logic.type)
        return boxes.lower(logic, scope, element.span)

    def _knowledge(
        self,
        definitions: model.Definitions,
        element: model.BusinessKnowledgeModel,
        key: Key,
        boxes: Boxes,
        scope: Scope,
    ) -> Callable[[dict[str, Any]], None]:
        assert element.logic is not None  # noqa: S101 - asked by the caller
        step = self._compiled.steps[key]
        own = Binding(normal(element.name), step.type, Role.CONSTANT, step.value)
        scope.define(own)  # a function that calls itself; its depth is limited at run time
        self._require(definitions, element.requirements, scope, {})
        function = make_function(boxes, element.logic, scope, normal(element.name))
        step.lower = lambda types: Lowered(function, ())
        name = self._unit.function([], function)
        unlinked = self._unlinked[key]

        def link(namespace: dict[str, Any]) -> None:
            unlinked.run = namespace[name](Runtime()).call

        return link

    def _service(self, definitions: model.Definitions, service: model.DecisionService) -> Run:
        """Return what a decision service does when it is called (DMN 1.5, 10.4)."""
        compiled = self._compiled
        namespace = definitions.namespace
        given = [
            (reference.namespace or namespace, reference.id)
            for reference in (*service.input_data, *service.input_decisions)
        ]
        outputs = [
            (reference.namespace or namespace, reference.id)
            for reference in service.output_decisions
        ]

        def call(rt: Runtime, arguments: Sequence[Any]) -> Any:
            values = compute(compiled, rt, outputs, dict(zip(given, arguments, strict=True)))
            if len(outputs) == 1:
                return values[outputs[0]]
            return {normal(compiled.steps[key].element.name): values[key] for key in outputs}

        return call

    # what to say --------------------------------------------------------------------------------

    @staticmethod
    def _note_unused(decision: model.Decision, names: list[str], boxes: Boxes) -> None:
        if any(note.severity is Severity.ERROR for note in boxes.notes):
            return  # a name that is misspelt is not unused
        for name in names:
            if name not in boxes.used:
                boxes.note(
                    Code.REQUIREMENT_UNUSED,
                    decision.name_span,
                    f"{decision.name!r} requires {name!r}, but no expression of it uses it",
                    "remove the requirement, or use it",
                    Severity.WARNING,
                )

    def _explain_unknown(
        self, definitions: model.Definitions, element: model.DrgElement, boxes: Boxes
    ) -> None:
        """Turn "nothing is named x" into "x is not required" where the model has an x."""
        unknown = (Code.UNKNOWN_NAME, Code.UNKNOWN_FUNCTION)
        if all(note.code not in unknown for note in boxes.notes):
            return
        known = {normal(each.name) for each in definitions.elements}
        for index, note in enumerate(boxes.notes):
            if note.code not in unknown or note.span is None:
                continue
            name = normal(note.span.text)
            if name in known:
                boxes.notes[index] = Note(
                    Code.REQUIREMENT_MISSING,
                    note.span,
                    f"{element.name!r} uses {name!r} but does not require it",
                    f"add a requirement of {name!r} to {element.name!r}",
                    note.severity,
                )
            elif note.hint is None:
                near = did_you_mean(name, known)
                if near is not None:
                    boxes.notes[index] = Note(note.code, note.span, note.text, near, note.severity)


def component_names(definitions: model.Definitions) -> set[str]:
    """Return every name that may stand behind a dot or in a filter: components, keys, columns."""
    names: set[str] = set()
    items = list(definitions.item_definitions)
    while items:
        item = items.pop()
        names.update(component.name for component in item.components)
        items.extend(item.components)
    boxes: list[model.Expression | None] = []
    for element in definitions.elements:
        names.add(element.name)
        if isinstance(element, (model.Decision, model.BusinessKnowledgeModel)):
            boxes.append(element.logic)
    while boxes:
        box = boxes.pop()
        names.update(_own_names(box))
        boxes.extend(_inner(box))
    return names


def _own_names(box: model.Expression | None) -> Iterable[str]:
    match box:
        case model.BoxedContext():
            return [each.variable.name for each in box.entries if each.variable is not None]
        case model.Relation():
            return [column.name for column in box.columns]
        case model.DecisionTable():
            return [clause.name for clause in box.outputs if clause.name]
        case model.FunctionDefinition():
            return [parameter.name for parameter in box.parameters]
    return []


def _inner(box: model.Expression | None) -> Iterable[model.Expression | None]:
    match box:
        case model.BoxedContext():
            return [each.value for each in box.entries]
        case model.BoxedInvocation():
            return [box.function, *(each.value for each in box.bindings)]
        case model.BoxedList():
            return box.items
        case model.Relation():
            return [cell for row in box.rows for cell in row]
        case model.FunctionDefinition():
            return [box.body]
        case model.Conditional():
            return [box.condition, box.then, box.otherwise]
        case model.BoxedFilter():
            return [box.value, box.match]
        case model.BoxedIterator():
            return [box.domain, box.result]
    return []
