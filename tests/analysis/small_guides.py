"""Small guidelines for the tests of checks across tables, written as tables in a few lines.

In: decisions such as

    class : string | U | level: number
      low  | < 5  || "low"
      high | >= 5 || "high"

The first line is `name : type | hit policy | inputs`, where an input without a type is a decision
above; then one line a rule: its id, its cells, and after `||` its output and the statements and
ambiguities it cites (`; S1; A1`). `name : type = FEEL` is an expression. Out: a loaded guideline.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import guidewright as gw

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
POLICIES = {"U": "UNIQUE", "F": "FIRST", "P": "PRIORITY", "A": "ANY", "C": "COLLECT"}


def guide_of(
    folder: Path,
    decisions: str,
    *,
    items: str = "",
    outcome: str = "",
    properties: str = "",
    workflow: str = "",
):
    """Write the files of a guideline and load it; `items` are lines `tName: type = allowed`."""
    xml = dmn_of(decisions, items)
    (folder / "decisions.dmn").write_text(xml, encoding="utf-8")
    names = [line.split(":")[0].strip() for line in _heads(decisions)]
    sections = outcome or f"  - {{title: All, role: tasks, decisions: [{_tables(decisions)}]}}"
    assert names
    file = (
        "guideline: small\ntitle: Small\nversion: 0.0.1\n"
        "sources: {s: {title: S}}\n"
        "statements:\n"
        + "".join(f"  S{n}: {{source: s, text: t}}\n" for n in range(1, 4))
        + "ambiguities:\n  A1: {topic: t, problem: p, handled by: [check]}\n"
        + ("workflow: workflow.yaml\n" if workflow else "")
        + f"outcome:\n{sections}\n"
    )
    (folder / "guideline.yaml").write_text(file, encoding="utf-8")
    if workflow:
        (folder / "workflow.yaml").write_text(workflow, encoding="utf-8")
    if properties:
        (folder / "properties.yaml").write_text(properties, encoding="utf-8")
    return gw.load(folder)


def _heads(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip() and not line.startswith(" ")]


def _tables(text: str) -> str:
    heads = [line for line in _heads(text) if "|" in line]
    return ", ".join(line.split(":")[0].strip() for line in heads)


def dmn_of(text: str, items: str = "") -> str:
    """Return the DMN of decisions written as above."""
    blocks: list[list[str]] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        if line.startswith(" "):
            blocks[-1].append(line)
        else:
            blocks.append([line])
    inputs: dict[str, str] = {}
    made: list[str] = []
    bodies = [_decision(block, inputs, made) for block in blocks]
    data = "".join(
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{of}"/></inputData>'
        for name, of in inputs.items()
    )
    return (
        f'<definitions xmlns="{NAMESPACE}" name="small" namespace="urn:small">'
        f"{''.join(map(_item, items.splitlines()))}{data}{''.join(bodies)}</definitions>"
    )


def _item(line: str) -> str:
    name, rest = line.split(":", 1)
    of, _, allowed = rest.partition("=")
    many = "list of " in of
    return (
        f'<itemDefinition name="{name.strip()}" isCollection="{str(many).lower()}"><typeRef>'
        f"{of.replace('list of ', '').strip()}</typeRef><allowedValues><text>"
        f"{escape(allowed.strip())}</text></allowedValues></itemDefinition>"
    )


def _decision(block: list[str], inputs: dict[str, str], made: list[str]) -> str:
    head, *rows = block
    name, rest = (part.strip() for part in head.split(":", 1))
    if "|" not in head:
        of, text = (part.strip() for part in rest.split("=", 1))
        used = [each for each in (*inputs, *made) if each in text]
        made.append(name)
        logic = f"<literalExpression><text>{escape(text)}</text></literalExpression>"
        return _with(name, of, used, made, logic)
    of, policy, *columns = (part.strip() for part in rest.split("|"))
    known = []
    for column in columns:
        each, _, kind = (part.strip() for part in column.partition(":"))
        if kind:
            inputs[each] = kind
        known.append((each, kind))
    clauses = "".join(
        f"<input><inputExpression{_type(kind)}><text>{each}</text></inputExpression></input>"
        for each, kind in known
    )
    rules = "".join(_rule(row) for row in rows)
    body = (
        f'<decisionTable hitPolicy="{POLICIES[policy]}">{clauses}<output/>'
        f'<annotation name="Statements"/><annotation name="Ambiguities"/>{rules}</decisionTable>'
    )
    found = _with(name, of, [each for each, _ in known], made, body)
    made.append(name)
    return found


def _type(kind: str) -> str:
    return f' typeRef="{kind}"' if kind else ""


def _rule(row: str) -> str:
    left, _, right = row.partition("||")
    name, *cells = (part.strip() for part in left.strip().split("|"))
    output, *notes = (part.strip() for part in right.split(";"))
    notes = [*notes, "", ""][:2]
    return (
        f'<rule id="{name}">'
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
        + f"<outputEntry><text>{escape(output)}</text></outputEntry>"
        + "".join(
            f"<annotationEntry><text>{note}</text></annotationEntry>"
            for note in (notes[0] or "S1", notes[1])
        )
        + "</rule>"
    )


def _with(name: str, of: str, used: list[str], made: list[str], logic: str) -> str:
    needs = "".join(
        f"<informationRequirement><required{'Decision' if each in made else 'Input'} "
        f'href="#{each}"/></informationRequirement>'
        for each in dict.fromkeys(used)
    )
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="{of}"/>{needs}'
        f"{logic}</decision>"
    )
