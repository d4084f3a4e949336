"""Generated patients as a file of cases, marked as generated and not reviewed by a clinician.

In: a suite of generated patients. Out: the lines of a YAML file in the form of `cases.yaml`, which
`guidewright test` reads. What a case expects is what the model says now.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from guidewright.analysis.test_generation import Generated, Suite
from guidewright.feel.conversion import to_json
from guidewright.feel.decimals import number_text
from guidewright.guideline.guide import Guideline
from guidewright.guideline.wire import dumps

NOT_REVIEWED = "generated, not clinically reviewed"


def case_lines(guide: Guideline, suite: Suite) -> Iterator[str]:
    """Yield the lines of the file."""
    yield f"# Generated from {guide.file.id} {guide.file.version}: NOT clinically reviewed."
    yield "# What is expected is what the model says now. Keep a case when a clinician agrees with"
    yield "# it, and write the reason in 'why'."
    yield f"# Made of files with the digest {guide.digest}"
    for rule, reason in suite.unreached.items():
        yield f"# no case for {rule}: {reason}"
    yield "cases:"
    width = len(str(len(suite.cases)))
    for number, case in enumerate(suite.cases, 1):
        yield from _case(guide, case, f"generated-{number:0{width}}")


def _case(guide: Guideline, case: Generated, identity: str) -> Iterator[str]:
    shown = "; ".join(each.words for each in case.objectives[:3])
    more = len(case.objectives) - 3
    yield f"  - id: {identity}"
    yield f"    title: {_text(shown + (f'; and {more} more' if more > 0 else ''))}"
    yield "    patient:" + ("" if case.patient else " {}")
    for name, value in case.patient.items():
        yield f"      {_text(name)}: {_given(guide, name, value)}"
    if case.readings:
        yield "    policies:"
        for name, reading in case.readings.items():
            yield f"      {_text(name)}: {_text(reading)}"
    yield "    expect:"
    yield f"      status: {case.outcome.status.value}"
    decisions = dict.fromkeys(each.decision for each in case.objectives)
    known = {
        name: case.outcome.decisions[name] for name in decisions if name in case.outcome.decisions
    }
    if known:
        yield "      decisions:"
        for name, value in known.items():
            yield f"        {_text(name)}: {_flow(to_json(value))}"
    yield f"    why: {_text(NOT_REVIEWED)}"


def _given(guide: Guideline, name: str, value: Any) -> str:
    """Return a value as a clinician writes it, quantities with their unit."""
    meaning = guide.file.inputs.get(name)
    if meaning is not None and meaning.unit is not None and value is not None:
        return _text(f"{number_text(value)} {meaning.unit.code}")
    return _flow(to_json(value))


def _flow(data: Any) -> str:
    """Return JSON on one line, which is YAML, too."""
    if isinstance(data, Mapping):
        return "{" + ", ".join(f"{_text(key)}: {_flow(each)}" for key, each in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(_flow, data)) + "]"
    return dumps(data)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
