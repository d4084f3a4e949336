"""Read `guideline.yaml` into a `GuidelineFile`, or say everything that is wrong with it.

In: the file's YAML tree. Out: frozen data, or faults with places. What the file says about the
model (inputs, decisions, readings) is compared with the model in `guideline.checks`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from guidewright.errors import Code
from guidewright.guideline.model import (
    Agreement,
    Ambiguity,
    Citation,
    GuidelineFile,
    InputMeaning,
    Monotone,
    Policy,
    Role,
    SectionPlan,
    Source,
    Statement,
    Suppression,
)
from guidewright.guideline.units import Unit, UnitError, parse_unit
from guidewright.yaml_reader import YamlMap, YamlNode, YamlScalar, read_yaml_file
from guidewright.yaml_shape import Faults, Fields, is_text, root_map

STATUSES = ("draft", "review", "active", "retired")
T = TypeVar("T", Source, Statement, InputMeaning, Policy, Ambiguity)


def read_guideline_file(path: Path, faults: Faults) -> GuidelineFile | None:
    """Return the contents of `guideline.yaml`; None when there is too little to go on with.

    Raises `ModelError` when the file is missing or is not YAML; all else goes to `faults`.
    """
    root = root_map(read_yaml_file(path), faults, "guideline.yaml")
    if root is None:
        return None
    fields = Fields(root, faults, "guideline.yaml")
    identity = fields.text("guideline", root.span)
    title = fields.text("title", root.span)
    version = fields.text("version", root.span)
    status = fields.text("status") or "draft"
    if status not in STATUSES:
        span = fields.key_span("status")
        faults.shape(span, f"the status is {status!r}", "one of: " + ", ".join(STATUSES))
    read = GuidelineFile(
        id=identity or "",
        title=title or "",
        version=version or "",
        status=status,
        jurisdiction=fields.text("jurisdiction"),
        date=fields.text("date"),
        notice=fields.text("notice"),
        decisions=_file(fields, "decisions") or "decisions.dmn",
        workflow=_file(fields, "workflow"),
        cases=_file(fields, "cases"),
        sources=_each(fields, "sources", _source),
        statements=_each(fields, "statements", _statement),
        inputs=_each(fields, "inputs", _input),
        policies=_each(fields, "policies", _policy),
        ambiguities=_each(fields, "ambiguities", _ambiguity),
        outcome=tuple(
            _section(Fields(node, faults, "a section of the outcome"))
            for node in fields.maps("outcome", root.span)
        ),
        span=root.span,
        suppressions=tuple(
            _suppression(Fields(node, faults, "a suppression"))
            for node in fields.maps("suppressions")
        ),
        monotone=tuple(
            _monotone(Fields(node, faults, "an entry of 'monotone'"))
            for node in fields.maps("monotone")
        ),
    )
    fields.close()
    _known_sources(read, faults)
    return read if identity and title and version else None


def _file(fields: Fields, key: str) -> str | None:
    """Return the name of a file; it stands in the guideline's own folder and nowhere else."""
    node = fields.scalar(key)
    if node is None:
        return None
    name = node.text.strip()
    if name != Path(name).name or name in (".", ".."):
        text = f"{name!r} is not a file in the guideline's folder"
        fields.faults.shape(node.span, text, "put the file beside guideline.yaml")
        return None
    return name


def _each(fields: Fields, key: str, read: Callable[[str, Fields], T]) -> Mapping[str, T]:
    """Read a map of named maps."""
    found: dict[str, T] = {}
    for entry in fields.entries(key):
        name = entry.key.text
        if not isinstance(entry.value, YamlMap):
            fields.faults.shape(entry.value.span, f"{name!r} in {key!r} must be a map")
            continue
        inner = Fields(entry.value, fields.faults, f"{name!r} in {key!r}")
        found[name] = replace(read(name, inner), span=entry.key.span)
        inner.close()
    return found


def _source(name: str, fields: Fields) -> Source:
    return Source(
        id=name,
        title=fields.text("title", fields.span) or name,
        publisher=fields.text("publisher"),
        date=fields.text("date"),
        status=fields.text("status"),
        references={entry.key.text: _text(entry.value) for entry in fields.entries("references")},
        span=fields.span,
    )


def _text(node: YamlNode) -> str:
    return node.text.strip() if isinstance(node, YamlScalar) else ""


def _statement(name: str, fields: Fields) -> Statement:
    return Statement(
        id=name,
        source=fields.text("source", fields.span) or "",
        section=fields.text("section"),
        text=fields.text("text", fields.span) or "",
        cites=tuple(Citation(each.text.strip(), each.span) for each in fields.texts("cites")),
        span=fields.span,
    )


def _input(name: str, fields: Fields) -> InputMeaning:
    unit: Unit | None = None
    written = fields.scalar("unit")
    if written is not None:
        try:
            unit = parse_unit(written.text)
        except UnitError as fault:
            hint = "write units as UCUM has them, such as ng/L"
            fields.faults.add(Code.INPUT_UNIT, written.span, str(fault), hint)
    molar_mass = fields.number("molar mass")
    return InputMeaning(
        name=name,
        meaning=fields.text("meaning"),
        unit=unit,
        molar_mass=Decimal(molar_mass) if molar_mass is not None else None,
        ask=fields.text("ask"),
        span=fields.span,
        range=_range(fields),
        decimals=_decimals(fields),
    )


def _range(fields: Fields) -> tuple[Decimal, Decimal] | None:
    """Return the two ends of `range: [20, 250]`."""
    nodes = fields.list_at("range")
    values = [each.value for each in nodes if isinstance(each, YamlScalar)]
    ends = [Decimal(value) for value in values if type(value) in (int, Decimal)]  # type: ignore[arg-type]
    if not nodes:
        return None
    if len(nodes) != 2 or len(ends) != 2 or ends[0] > ends[1]:
        span = fields.key_span("range")
        hint = "write the least and the greatest number, such as [20, 250]"
        fields.faults.shape(span, f"the 'range' of {fields.what} is not two numbers in order", hint)
        return None
    return ends[0], ends[1]


def _decimals(fields: Fields) -> int | None:
    """Return the digits after the point with which a value is recorded."""
    number = fields.number("decimals")
    if number is None or (type(number) is int and 0 <= number <= 9):
        return int(number) if number is not None else None
    span = fields.key_span("decimals")
    fields.faults.shape(span, f"'decimals' of {fields.what} must be a whole number from 0 to 9")
    return None


def _suppression(fields: Fields) -> Suppression:
    read = Suppression(
        check=fields.text("check", fields.span) or "",
        subject=fields.text("subject", fields.span) or "",
        reason=fields.text("reason", fields.span) or "",
        span=fields.span,
    )
    fields.close()
    return read


def _monotone(fields: Fields) -> Monotone:
    rises, falls = fields.text("rises with"), fields.text("falls with")
    if (rises is None) == (falls is None):
        text = f"{fields.what} needs either 'rises with' or 'falls with', an input"
        fields.faults.shape(fields.span, text)
    read = Monotone(
        decision=fields.text("decision", fields.span) or "",
        output=fields.text("output"),
        input=rises or falls or "",
        falls=falls is not None,
        order=tuple(each.text.strip() for each in fields.texts("order")),
        span=fields.span,
    )
    fields.close()
    return read


def _policy(name: str, fields: Fields) -> Policy:
    readings = {entry.key.text: _text(entry.value) for entry in fields.entries("readings")}
    default = fields.text("default", fields.span) or ""
    if readings and default not in readings:
        text = f"the default {default!r} of {name!r} is not among its readings"
        fields.faults.add(
            Code.POLICY, fields.key_span("default"), text, "one of: " + ", ".join(readings)
        )
    return Policy(
        name=name,
        input=fields.text("input", fields.span) or "",
        question=fields.text("question", fields.span) or "",
        statements=tuple(each.text.strip() for each in fields.texts("statements")),
        ambiguity=fields.text("ambiguity"),
        readings=readings,
        default=default,
        decided_by=fields.text("decided by"),
        span=fields.span,
    )


def _ambiguity(name: str, fields: Fields) -> Ambiguity:
    handled_by = fields.texts("handled by")
    return Ambiguity(
        id=name,
        topic=fields.text("topic", fields.span) or "",
        statements=tuple(each.text.strip() for each in fields.texts("statements")),
        problem=fields.text("problem", fields.span) or "",
        handled_by=tuple(each.text.strip() for each in handled_by),
        span=fields.span,
        places={each.text.strip(): each.span for each in handled_by},
    )


def _section(fields: Fields) -> SectionPlan:
    title = fields.text("title", fields.span) or ""
    fields.what = f"the section {title!r} of the outcome"
    agree: dict[str, Agreement] = {}
    for entry in fields.entries("agree"):
        word = entry.value.text.strip() if is_text(entry.value) else ""  # type: ignore[union-attr]
        try:
            agree[entry.key.text] = Agreement(word)
        except ValueError:
            fields.faults.shape(
                entry.value.span,
                f"how offers agree on {entry.key.text!r} is {word!r}",
                "one of: " + ", ".join(Agreement),
            )
    decisions = fields.texts("decisions", fields.span)
    section = SectionPlan(
        title=title,
        role=fields.word("role", Role, fields.span) or Role.TASKS,
        decisions=tuple(each.text.strip() for each in decisions),
        agree=agree,
        span=fields.span,
        places={each.text.strip(): each.span for each in decisions},
    )
    fields.close()
    return section


def _known_sources(read: GuidelineFile, faults: Faults) -> None:
    for statement in read.statements.values():
        if statement.source and statement.source not in read.sources:
            text = f"statement {statement.id!r} names the source {statement.source!r}"
            hint = "the sources are: " + ", ".join(read.sources)
            faults.add(Code.STATEMENT, statement.span, text, hint)
