"""Read a table of small BPMN processes and what an import makes of them.

In: a text file of cases. `python tests/interop/foreign.py` writes what an import gives today into
`foreign.txt`; look at every difference before you keep it.

    @ TITLE                      a case begins; lines until `=>` are the process
    KIND ID [NAME] [(EVENT)]     a node; those inside a subprocess are indented below it.
                                 EVENT: `signal NAME`, `message NAME`, `escalation NAME`,
                                 `timer PT1H`, `date 2026-01-01`, `condition TEXT`, `terminate`
    KIND ID on HOST [NAME] (…)   a boundary event; `beside` for `on`: it does not interrupt
    A -> B [: NAME] [if TEXT]    a sequence flow; `A => B` is the default one
    lane NAME: ID ID             a lane
    language NAME                of the conditions; FEEL when left out
    =>                           then notes, `! CODE ID TEXT`, and the states as YAML
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from guidewright.interop.bpmn_import import import_bpmn

FILE = Path(__file__).with_name("foreign.txt")
FEEL = "https://www.omg.org/spec/DMN/20191111/FEEL/"
_NODE = re.compile(
    r"(?P<kind>\w+) (?P<id>\w+)(?: (?P<border>on|beside) (?P<host>\w+))?(?: (?P<name>[^(]+?))?"
    r"(?: \((?P<event>.*)\))?"
)
_FLOW = re.compile(
    r"(?P<source>\w+) (?P<arrow>[-=]>) (?P<target>\w+)(?: : (?P<name>.*?))?(?: if (?P<when>.*))?"
)
_CLOCKS = {"timer": "timeDuration", "date": "timeDate", "cycle": "timeCycle"}


@dataclass(frozen=True)
class Case:
    """A process in our notation, and what an import gives."""

    title: str
    line: int
    process: tuple[str, ...]
    expected: tuple[str, ...]


def cases(path: Path = FILE) -> Iterator[Case]:
    """Yield the cases of a file."""
    blocks = re.split(r"^@ ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    line = blocks[0].count("\n") + 1
    for block in blocks[1:]:
        title, *rest = block.rstrip("\n").split("\n")
        at = rest.index("=>")
        expected = tuple(rest[at + 1 :])
        yield Case(title, line, tuple(rest[:at]), expected)
        line += block.count("\n")


def bpmn_of(process: tuple[str, ...]) -> bytes:
    """Return the XML of a process in our notation."""
    language = FEEL
    lanes: list[str] = []
    names: dict[str, list[str]] = {"signal": [], "message": [], "escalation": [], "error": []}
    body: list[str] = []
    open_at: list[tuple[int, str]] = []
    flows: list[tuple[int, str]] = []
    for line in process:
        indent, text = len(line) - len(line.lstrip()), line.strip()
        while open_at and open_at[-1][0] >= indent and not _FLOW.fullmatch(text):
            body.append(f"</{open_at.pop()[1]}>")
        if text.startswith("language "):
            language = text.removeprefix("language ")
        elif text.startswith("lane "):
            name, members = text.removeprefix("lane ").split(": ")
            nodes = "".join(f"<flowNodeRef>{each}</flowNodeRef>" for each in members.split())
            lanes.append(f"<lane name={quoteattr(name)}>{nodes}</lane>")
        elif (flow := _FLOW.fullmatch(text)) is not None:
            while open_at and open_at[-1][0] >= indent:
                body.append(f"</{open_at.pop()[1]}>")
            flows.append((len(body), flow["source"]) if flow["arrow"] == "=>" else (-1, ""))
            body.append(_flow(flow))
        elif (node := _NODE.fullmatch(text)) is not None:
            body.append(_node(node, names))
            open_at.append((indent, node["kind"]))
        else:
            raise ValueError(f"this line is no node and no flow: {line}")
    body += [f"</{kind}>" for _, kind in reversed(open_at)]
    text = "\n".join(body)
    for index, source in flows:
        if index >= 0:
            default = re.search(r'id="([^"]+)"', body[index])
            assert default is not None
            text = text.replace(f'id="{source}"', f'id="{source}" default="{default[1]}"', 1)
    declared = "".join(
        f'<{word} id="{word}.{number}" name={quoteattr(name)}/>'
        for word, found in names.items()
        for number, name in enumerate(found)
    )
    lane_set = f"<laneSet>{''.join(lanes)}</laneSet>" if lanes else ""
    return (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        f'targetNamespace="urn:x" expressionLanguage={quoteattr(language)}>\n{declared}'
        f'<process id="p">{lane_set}\n{text}\n</process></definitions>\n'
    ).encode()


def _flow(flow: re.Match[str]) -> str:
    name = f" name={quoteattr(flow['name'])}" if flow["name"] else ""
    when = flow["when"]
    condition = f"<conditionExpression>{escape(when)}</conditionExpression>" if when else ""
    ends = f'sourceRef="{flow["source"]}" targetRef="{flow["target"]}"'
    flow_id = f"{flow['source']}_{flow['target']}"
    return f'<sequenceFlow id="{flow_id}"{name} {ends}>{condition}</sequenceFlow>'


def _node(node: re.Match[str], names: dict[str, list[str]]) -> str:
    name = f" name={quoteattr(node['name'])}" if node["name"] else ""
    host = f' attachedToRef="{node["host"]}"' if node["host"] else ""
    beside = ' cancelActivity="false"' if node["border"] == "beside" else ""
    by_event = ' triggeredByEvent="true"' if node["id"].startswith("when_") else ""
    event = _event(node["event"], names) if node["event"] else ""
    return f'<{node["kind"]} id="{node["id"]}"{name}{host}{beside}{by_event}>{event}'


def _event(text: str, names: dict[str, list[str]]) -> str:
    word, _, rest = text.partition(" ")
    if word in names:
        names[word] = list(dict.fromkeys([*names[word], rest]))
        reference = f"{word}.{names[word].index(rest)}"
        return f'<{word}EventDefinition {word}Ref="{reference}"/>'
    if word == "condition":
        inner = f"<condition>{escape(rest)}</condition>"
        return f"<conditionalEventDefinition>{inner}</conditionalEventDefinition>"
    if word in _CLOCKS:
        clock = _CLOCKS[word]
        inner = f"<{clock}>{escape(rest)}</{clock}>"
        return f"<timerEventDefinition>{inner}</timerEventDefinition>"
    return f"<{word}EventDefinition/>"


def printed(process: tuple[str, ...]) -> tuple[str, ...]:
    """Return the notes of an import, and what stands below `initial` in its text."""
    found = import_bpmn(bpmn_of(process), "p.bpmn")
    notes = [f"! {note.code} {_place(note.span)}: {note.text}" for note in found.notes]
    lines = found.text.rstrip("\n").split("\n")
    start = next(i for i, line in enumerate(lines) if line.startswith("initial:"))
    return (*notes, *(line for line in lines[start:] if line))


def _place(span: object) -> str:
    return f"line {span.place.line}" if span is not None else "no place"  # type: ignore[attr-defined]


def write() -> None:
    """Put what an import gives today into the file."""
    text = FILE.read_text(encoding="utf-8")
    head = text[: text.index("@ ")]
    blocks = [
        "\n".join([f"@ {case.title}", *case.process, "=>", *printed(case.process), ""])
        for case in cases()
    ]
    FILE.write_text(head + "\n".join(blocks), encoding="utf-8")


if __name__ == "__main__":
    write()
