"""An outcome as JSON data, as docs/outcome.schema.json describes it.

In: an `Outcome`. Out: dictionaries, lists, texts, booleans, null, `int` and `Decimal` numbers; in a
fixed order, so that the same outcome gives the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from guidewright.dmn.trace import DecisionTrace, TableTrace
from guidewright.errors import Note
from guidewright.feel.conversion import to_json
from guidewright.feel.decimals import number_text
from guidewright.guideline.model import GuidelineFile
from guidewright.guideline.outcome import Conflict, Gap, Hit, Option, Outcome, Section

FORMAT = "guidewright-outcome-1"


def outcome_to_json(
    outcome: Outcome, *, units: Mapping[str, str] | None = None, trace: bool = False
) -> dict[str, Any]:
    """Return an outcome as JSON data; with `trace`, every rule of every table, too.

    `units` are those of the patient's quantities, by input; see `units_of`.
    """
    data: dict[str, Any] = {
        "format": FORMAT,
        "guideline": outcome.guideline,
        "version": outcome.version,
        "digest": outcome.digest,
        "status": outcome.status.value,
        "patient": to_json(dict(outcome.patient)),
        "units": {name: unit for name, unit in (units or {}).items() if name in outcome.patient},
        "readings": dict(outcome.readings),
        "sections": [_section(section) for section in outcome.sections],
        "conflicts": [_conflict(conflict) for conflict in outcome.conflicts],
        "gaps": [_gap(gap) for gap in outcome.gaps],
        "missing": [
            {"input": each.name, "ask": each.ask, "rules": list(each.rules)}
            for each in outcome.missing
        ],
        "policies": [
            {
                "policy": each.name,
                "reading": each.reading,
                "meaning": each.meaning,
                "default": each.is_default,
                "statements": list(each.statements),
                "rules": list(each.rules),
            }
            for each in outcome.policies
        ],
        "decisions": to_json(dict(outcome.decisions)),
        "notes": [note_to_json(note) for note in outcome.notes],
    }
    if trace:
        data["trace"] = [_decision(decision) for decision in outcome.trace.decisions]
    return data


def units_of(guideline: GuidelineFile) -> dict[str, str]:
    """Return the unit of every input that has one, as UCUM writes it."""
    return {
        name: meaning.unit.code
        for name, meaning in guideline.inputs.items()
        if meaning.unit is not None
    }


def _section(section: Section) -> dict[str, Any]:
    return {
        "title": section.title,
        "role": section.role.value,
        "status": section.status.value,
        "options": [_option(option) for option in section.options],
    }


def _option(option: Option) -> dict[str, Any]:
    return {
        "attributes": to_json(dict(option.attributes)),
        "sentences": list(option.sentences),
        "statements": list(option.statements),
        "hits": [_hit(hit) for hit in option.hits],
    }


def _hit(hit: Hit) -> dict[str, Any]:
    return {
        "decision": hit.decision,
        "rule": hit.rule.name,
        "row": hit.rule.row,
        "outputs": to_json(dict(hit.outputs)),
        "statements": list(hit.statements),
        "ambiguities": list(hit.ambiguities),
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    return {
        "section": conflict.section,
        "statements": list(conflict.statements),
        "ambiguities": list(conflict.ambiguities),
        "permitted": [to_json(dict(option.attributes)) for option in conflict.options],
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "section": gap.section,
        "missing": gap.missing,
        "text": gap.text,
        "inputs": list(gap.inputs),
        "statements": list(gap.statements),
        "ambiguities": list(gap.ambiguities),
    }


def note_to_json(note: Note) -> dict[str, Any]:
    """Return a note as JSON data; `file`, `line` and `column` are null without a place."""
    place = note.span.place if note.span is not None else None
    return {
        "code": note.code.value,
        "severity": note.severity.value,
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "text": note.text,
        "hint": note.hint,
    }


def _decision(decision: DecisionTrace) -> dict[str, Any]:
    return {
        "decision": decision.decision.name,
        "value": to_json(decision.value),
        "tables": [_table(table) for table in decision.tables],
    }


def _table(table: TableTrace) -> dict[str, Any]:
    return {
        "hitPolicy": table.table.hit_policy.value,
        "inputs": [
            {"expression": each.text, "value": to_json(each.value)} for each in table.inputs
        ],
        "rules": [
            {
                "rule": rule.rule.name,
                "row": rule.rule.row,
                "cells": list(rule.cells),
                "matched": rule.matched,
                "chosen": rule.chosen,
            }
            for rule in table.rules
        ],
    }


def dumps(data: Any) -> str:
    """Return JSON text with two blanks of indentation; decimals are written exactly."""
    return _text(data, 0)


def _text(data: Any, depth: int) -> str:
    inner, outer = "\n" + "  " * (depth + 1), "\n" + "  " * depth
    if type(data) is Decimal:
        return number_text(data)
    if isinstance(data, Mapping):
        parts = [
            f"{json.dumps(str(key), ensure_ascii=False)}: {_text(value, depth + 1)}"
            for key, value in data.items()
        ]
        return "{" + inner + f",{inner}".join(parts) + outer + "}" if parts else "{}"
    if isinstance(data, Sequence) and not isinstance(data, str):
        parts = [_text(value, depth + 1) for value in data]
        return "[" + inner + f",{inner}".join(parts) + outer + "]" if parts else "[]"
    return json.dumps(data, ensure_ascii=False)
