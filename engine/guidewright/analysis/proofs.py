"""What all checks across tables share: one encoding of the guideline, questions, replays, patients.

In: a loaded guideline. Out: `Proofs`, which asks the solver within what is true of real patients,
runs the engine with the values it gives, makes a patient smaller as long as the engine still shows
the same, and puts it into words. Values that only the solver believes in are never shown.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import z3

from guidewright.analysis.axes import Kind
from guidewright.analysis.encoded_model import EncodedModel
from guidewright.analysis.encoding import constant
from guidewright.analysis.encoding_operators import equal
from guidewright.analysis.findings import Certificate, Patient
from guidewright.analysis.properties import Condition as FeelCondition
from guidewright.analysis.properties import Properties, properties_of
from guidewright.analysis.sharing import shared
from guidewright.analysis.solver import Answer, Questions
from guidewright.analysis.tables import SourceKind, subjects_of
from guidewright.analysis.terms import Condition, Term, Truth, negation
from guidewright.analysis.words import values_words
from guidewright.dmn import DecisionOptions
from guidewright.dmn.model import Decision, InputData
from guidewright.dmn.trace import Trace
from guidewright.feel.code import Const
from guidewright.feel.names import normal
from guidewright.feel.text import literal
from guidewright.feel.types import ANY
from guidewright.guideline.guide import Guideline
from guidewright.guideline.outcome import Outcome
from guidewright.source import Span

TRACED = DecisionOptions(trace=True, only_chosen=True)
Values = Mapping[str, Any]
Shows = Callable[[Values], bool]
SEED = 20260101  # the same patients in every run
KEPT = 64  # outcomes: the same patient is often asked for again
OBSERVED = 300  # patients tried before the solver is asked
MOST_TRIES = 400  # patients tried in the engine where the solver cannot tell


@dataclass(slots=True, eq=False)
class Proofs:
    """One guideline, ready to be asked about; not for two threads at once."""

    guide: Guideline
    encoded: EncodedModel
    properties: Properties
    questions: Questions
    _samples: dict[str, list[Any]] = field(default_factory=dict)
    _keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    _outcomes: dict[str, Outcome] = field(default_factory=dict)
    _observed: dict[str, set[str]] = field(default_factory=dict)
    _usual: list[Condition] = field(default_factory=list)

    # questions ----------------------------------------------------------------------------------

    def ask(self, *conditions: Condition) -> Answer:
        """Ask whether some real patient satisfies all conditions."""
        return self.questions.ask(*conditions)

    def possible(self, *conditions: Condition) -> Answer:
        """Ask the same where only the answer counts, not who it is."""
        return self.questions.possible(*conditions)

    def usual(self) -> list[Condition]:
        """Return that every policy is read as it is by default."""
        if not self._usual:
            encoder = self.encoded.encoder
            node = Const(None, ANY, None)
            self._usual = [
                equal(encoder, self.value(each.input), constant(encoder, each.default), node).true
                for each in self.guide.file.policies.values()
                if each.input in self.encoded.inputs
            ]
        return self._usual

    def truth(self, condition: FeelCondition, model: EncodedModel | None = None) -> Truth:
        """Return a FEEL condition over inputs and decisions as a truth of the solver.

        `model` is that of another patient, if one is meant.
        """
        of = model or self.encoded
        environment = {
            binding: of.term(self.key(binding.name))
            for binding in condition.bindings
            if binding.name in condition.names
        }
        return of.encoder.condition(condition.code, environment)

    def real(self, model: EncodedModel) -> list[Condition]:
        """Return that the patient of a model breaks no background constraint."""
        constraints = self.properties.constraints
        return [negation(self.truth(each.holds, model).false) for each in constraints]

    def value(self, name: str) -> Term:
        """Return the term of an input or decision."""
        return self.encoded.term(self.key(name))

    def key(self, name: str) -> tuple[str, str]:
        """Return the key of an input or decision by name; those of the main model first."""
        main = self.guide.model.definitions.namespace
        found = [
            step.key
            for step in self.guide.model.steps.values()
            if isinstance(step.element, (InputData, Decision)) and normal(step.element.name) == name
        ]
        return min(found, key=lambda key: key[0] != main)

    def places(self, name: str) -> tuple[Span, ...]:
        """Return where an input or decision is named in the model."""
        return (self.guide.model.steps[self.key(name)].element.name_span,)

    def atoms(self, names: Iterable[str]) -> str:
        """Say which expressions behind these decisions the solver cannot look into."""
        found = self.encoded.opaque([self.key(name) for name in names])
        texts = dict.fromkeys(f"`{' '.join(each.text.split())}`: {each.reason}" for each in found)
        return "; ".join(list(texts)[:3]) + (
            f" and {len(texts) - 3} more" if len(texts) > 3 else ""
        )

    def certificate(self, *conditions: Condition) -> Certificate:
        """Return the question as SMT-LIB 2, to which any solver must answer `unsat`."""
        encoder = self.encoded.encoder
        solver = z3.Solver(ctx=encoder.context)
        solver.add(*encoder.axioms, *self.questions.assumed, *conditions)
        return Certificate("smt-lib", {"expected": "unsat", "script": solver.to_smt2()})

    # the engine ---------------------------------------------------------------------------------

    def trace(self, values: Values, decisions: Sequence[str] | None = None) -> Trace:
        """Run all decisions, or these, and return which rules are chosen.

        Readings of policies are among the values.
        """
        result = self.guide.model.evaluate(_given(values), decisions, options=TRACED)
        assert result.trace is not None  # noqa: S101 - it was asked for
        return result.trace

    def decided(self, values: Values) -> dict[str, Any]:
        """Return the values of all inputs and decisions for a patient."""
        decided: dict[str, Any] = self.guide.model.evaluate(_given(values)).value
        return {**dict.fromkeys(self.encoded.inputs), **values, **decided}

    def observed(self) -> Mapping[str, set[str]]:
        """Return plain values that decisions had for patients that were tried, as literals."""
        if not self._observed:
            for values in self.sampled(OBSERVED):
                for name, value in self.decided(values).items():
                    if not isinstance(value, list | dict):
                        self._observed.setdefault(name, set()).add(literal(value))
        return self._observed

    def outcome(self, values: Values) -> Outcome:
        """Return what the guideline says to a patient with these values."""
        key = repr(sorted((n, repr(value)) for n, value in values.items() if value is not None))
        if key not in self._outcomes:
            if len(self._outcomes) == KEPT:
                del self._outcomes[next(iter(self._outcomes))]
            patient, readings = self.split(values)
            self._outcomes[key] = self.guide.evaluate(self.with_units(patient), readings)
        return self._outcomes[key]

    def holds(self, condition: FeelCondition, values: Values) -> Any:
        """Return what a FEEL condition gives for a patient."""
        plain = all(name in self.encoded.inputs for name in condition.names)
        known = values if plain else self.decided(values)
        given = {name: known.get(name) for name in condition.names}
        return condition.expression.evaluate(given).value

    def is_real(self, values: Values) -> bool:
        """Say whether a patient breaks no background constraint."""
        return all(
            self.holds(each.holds, values) is not False for each in self.properties.constraints
        )

    def split(self, values: Values) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the patient's own values, and the readings by policy."""
        carriers = self.guide.file.policy_inputs
        patient = {name: value for name, value in values.items() if name not in carriers}
        readings = {
            policy.name: values[name]
            for name, policy in carriers.items()
            if values.get(name) is not None
        }
        return patient, readings

    def with_units(self, patient: Values) -> dict[str, Any]:
        """Return values as a caller gives them: numbers with the unit of their input."""
        given: dict[str, Any] = {}
        for name, value in patient.items():
            meaning = self.guide.file.inputs.get(name)
            if meaning is not None and meaning.unit is not None and value is not None:
                given[name] = {"value": value, "unit": meaning.unit.code}
            else:
                given[name] = value
        return given

    # patients -----------------------------------------------------------------------------------

    def patient(self, values: Values) -> Patient:
        """Return a witness: what is known of the patient, and every reading."""
        return Patient({name: value for name, value in values.items() if value is not None})

    def words(self, values: Values) -> str:
        """Return a patient as a phrase: known values with units, readings that are no defaults."""
        units = {
            name: meaning.unit.written
            for name, meaning in self.guide.file.inputs.items()
            if meaning.unit is not None
        }
        defaults = {p.input: p.default for p in self.guide.file.policies.values()}
        told = {
            name: value
            for name, value in values.items()
            if value is not None and defaults.get(name) != value
        }
        return values_words(told, units) if told else ""

    def whom(self, values: Values) -> str:
        """Return a patient as a phrase: `a patient with age 8 a`."""
        words = self.words(values)
        return f"a patient with {words}" if words else "a patient of whom nothing is known"

    def smallest(self, values: Values, shows: Shows, keep: Iterable[str] = ()) -> dict[str, Any]:
        """Return a simpler patient for whom the engine still shows the same.

        Readings become the defaults, values that do not matter go missing (but for those in
        `keep`), numbers lose digits, lists items.
        """
        kept, held = dict(values), set(keep)
        names = [n for n in kept if n not in held and n not in self.guide.file.policy_inputs]
        kept = self._without(kept, [n for n in names if kept[n] is not None], shows)
        for name in list(kept):
            simpler = self._next_simpler(kept, name, shows)
            while simpler is not None:
                kept = simpler
                simpler = self._next_simpler(kept, name, shows)
        return kept

    def _without(self, values: dict[str, Any], names: list[str], shows: Shows) -> dict[str, Any]:
        """Take away as many of these values as can go: all at once, else half by half."""
        if not names:
            return values
        fewer = {**values, **dict.fromkeys(names)}
        if self.is_real(fewer) and shows(fewer):
            return fewer
        if len(names) == 1:
            return values
        middle = len(names) // 2
        return self._without(self._without(values, names[:middle], shows), names[middle:], shows)

    def _next_simpler(
        self, values: dict[str, Any], name: str, shows: Shows
    ) -> dict[str, Any] | None:
        for simpler in self._simpler(name, values[name]):
            changed = {**values, name: simpler}
            if self.is_real(changed) and shows(changed):
                return changed
        return None

    def _simpler(self, name: str, value: Any) -> Iterator[Any]:
        policy = self.guide.file.policy_inputs.get(name)
        if policy is not None:
            if value != policy.default:
                yield policy.default
            return
        if isinstance(value, Decimal) and value != int(value):
            shorter = (int(value), int(value) + 1, round(value, 1), round(value, 2))
            yield from (each for each in shorter if each != value)
        if isinstance(value, list) and value:
            yield []
        if isinstance(value, list) and len(value) > 1:
            yield from ([each] for each in value)
            yield from (value[:n] + value[n + 1 :] for n in range(len(value)))

    def search(self, shows: Shows, start: Values | None = None) -> dict[str, Any] | None:
        """Try values at the bounds of all cells, at random around `start`; None when none shows."""
        chance = random.Random(SEED)  # noqa: S311
        for turn, sampled in enumerate(self.sampled(MOST_TRIES)):
            values = sampled
            if start is not None and turn % 2:
                near = chance.sample(sorted(sampled), k=min(3, len(sampled)))
                values = {**start, **{name: sampled[name] for name in near}}
            if self.is_real(values) and shows(values):
                return values
        return None

    def sampled(self, count: int) -> Iterator[dict[str, Any]]:
        """Yield random patients made of the values that represent what cells tell apart.

        They are the same whenever this is asked.
        """
        samples = self.samples()
        chance = random.Random(SEED)  # noqa: S311
        for _ in range(count):
            yield {name: chance.choice(each) for name, each in samples.items()}

    def samples(self) -> Mapping[str, list[Any]]:
        """Return for each input values that represent all that cells tell apart."""
        if not self._samples:
            found: dict[str, list[Any]] = {name: [] for name in self.encoded.inputs}
            for table in subjects_of(self.guide):
                for axis, source in zip(table.axes, table.sources, strict=True):
                    if source.kind is SourceKind.INPUT and source.name in found:
                        values = found[source.name]
                        known = (p.value for p in axis.parts if p.kind is not Kind.UNSEEN)
                        values.extend(value for value in known if value not in values)
            carried = self.guide.file.policy_inputs
            for name, values in found.items():
                if name in carried:
                    found[name] = list(carried[name].readings)
                elif None not in values:
                    values.append(None)
            self._samples = found
        return self._samples


def _given(values: Values) -> dict[str, Any]:
    """Return the values that are there: what is not given is null."""
    return {name: value for name, value in values.items() if value is not None}


@shared
def proofs_of(guide: Guideline) -> Proofs:
    """Return the encoding of a guideline, made once for all checks of one run.

    Raises `ModelError` for faults of its properties.yaml.
    """
    properties = properties_of(guide)
    encoded = EncodedModel(guide.model, frozenset(guide.file.policy_inputs))
    for step in guide.model.steps.values():
        if isinstance(step.element, (InputData, Decision)):
            encoded.term(step.key)
    questions = Questions(encoded.encoder, encoded.inputs, encoded.domains)
    proofs = Proofs(guide, encoded, properties, questions)
    questions.assume(*proofs.real(encoded))
    return proofs
