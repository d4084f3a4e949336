"""A made-up guideline of any size, written as its authors would: states, tables, statements, cases.

In: a number of chapters. Out: a guideline folder. A chapter has four tables (a class by a number,
what is advised, what to watch, what is left open) and six states of the workflow: ten chapters are
40 tables and 60 states.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
CHAPTERS = 10
_OFFERS = '<itemComponent name="task"><typeRef>string</typeRef></itemComponent>'
Rows = list[tuple[str, ...]]


def write(folder: Path, chapters: int = CHAPTERS) -> Path:
    """Write the guideline of so many chapters and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "guideline.yaml": _guideline(chapters),
        "decisions.dmn": _decisions(chapters),
        "workflow.yaml": _workflow(chapters),
        "cases.yaml": _cases(chapters),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _guideline(chapters: int) -> str:
    numbers = range(1, chapters + 1)
    statements = "".join(
        f"  S{3 * n - 2 + k:02}: {{source: book, text: {_SAID[k].format(n=n)}}}\n"
        for n in numbers
        for k in range(3)
    )
    inputs = "".join(
        f"  level {n}: {{meaning: Level of substance {n} in serum., ask: What is level {n}?}}\n"
        f"  severe {n}: {{meaning: Whether illness {n} is severe., ask: Is illness {n} severe?}}\n"
        f"  age {n}: {{meaning: Age at the onset of illness {n}., ask: When did it begin?}}\n"
        for n in numbers
    )
    outcome = "".join(
        f"  - {{title: Class {n}, role: answer, decisions: [class {n}]}}\n"
        f"  - {{title: Advice {n}, role: tasks, decisions: [advice {n}, watch {n}]}}\n"
        f"  - {{title: Left open {n}, role: gaps, decisions: [open {n}]}}\n"
        for n in numbers
    )
    return (
        "guideline: generated\ntitle: A generated guideline\nversion: 1.0.0\nstatus: draft\n"
        "notice: Generated to measure with. Not for care.\n"
        "decisions: decisions.dmn\nworkflow: workflow.yaml\ncases: cases.yaml\n"
        f"sources:\n  book: {{title: A generated book, date: 2026-01-01}}\n"
        f"statements:\n{statements}"
        f"inputs:\n{inputs}outcome:\n{outcome}"
    )


_SAID = (
    "Level {n} is low below 20 and raised from 80 on.",
    "Who has a low level {n} is treated sooner in severe illness {n}.",
    "The book does not say what follows from a raised level {n} in children.",
)


def _decisions(chapters: int) -> str:
    parts = [
        f'<definitions xmlns="{NAMESPACE}" id="generated" name="Generated" namespace="generated">',
        _type("tLevel", "number", "[0..500]"),
        _type("tAge", "number", "[0..120]"),
        _type("tClass", "string", '"low", "doubtful", "normal", "raised"'),
        f'<itemDefinition name="tOffers" isCollection="true">{_OFFERS}</itemDefinition>',
    ]
    for number in range(1, chapters + 1):
        parts += _chapter(number)
    return "\n".join((*parts, "</definitions>\n"))


def _type(name: str, of: str, values: str) -> str:
    allowed = f"<allowedValues><text>{values}</text></allowedValues>"
    return f'<itemDefinition name="{name}"><typeRef>{of}</typeRef>{allowed}</itemDefinition>'


def _chapter(n: int) -> Iterator[str]:
    for name, of in (("level", "tLevel"), ("severe", "boolean"), ("age", "tAge")):
        yield f'<inputData id="{name}-{n}" name="{name} {n}"><variable name="{name} {n}" '
        yield f'typeRef="{of}"/></inputData>'
    level, severe, age = f"level {n}", f"severe {n}", f"age {n}"
    classes: Rows = [
        ("< 20", "-", '"low"', "0"),
        ("[20..30)", "true", '"low"', "0"),
        ("[20..30)", "not(true)", '"doubtful"', "0"),
        ("[30..80)", "-", '"normal"', "0"),
        (">= 80", "-", '"raised"', "0"),
    ]
    yield _table(n, "class", "UNIQUE", (level, severe), classes, "tClass")
    found = f"class {n}"
    advice: Rows = [
        ('"low"', "true", "-", '"treat at once"', "1"),
        ('"low"', "false", "-", '"treat within a week"', "1"),
        ('"low"', "null", "-", '"find out how severe it is"', "1"),
        ('"doubtful"', "-", "< 65", '"measure again"', "1"),
        ('"doubtful"', "-", ">= 65", '"treat within a week"', "1"),
        ('"normal"', "-", "-", '"reassure"', "1"),
        ('"raised"', "-", ">= 18", '"look for the cause"', "1"),
    ]
    yield _table(n, "advice", "COLLECT", (found, severe, age), advice, "tOffers")
    watch: Rows = [
        ('"low"', "-", '"measure in a month"', "1"),
        ('"doubtful", "raised"', ">= 65", '"measure in three months"', "1"),
        ("-", "< 1", '"ask a paediatrician"', "2"),
    ]
    yield _table(n, "watch", "COLLECT", (found, age), watch, "tOffers")
    left: Rows = [('"raised"', "< 18", '"the book says nothing"', "2")]
    yield _table(n, "open", "COLLECT", (found, age), left, "tOffers")


def _table(n: int, what: str, policy: str, columns: tuple[str, ...], rows: Rows, of: str) -> str:
    needs = "".join(
        f'<informationRequirement><required{kind} href="#{each.replace(" ", "-")}"/>'
        "</informationRequirement>"
        for each in columns
        for kind in ("Decision" if each.startswith("class") else "Input",)
    )
    inputs = "".join(
        f"<input><inputExpression><text>{each}</text></inputExpression></input>" for each in columns
    )
    offers = of == "tOffers"
    named = ' name="task"' if offers else ""
    rules = "".join(
        f'<rule id="{what}-{n}-{place}">'
        + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells)
        + f"<outputEntry><text>{escape(answer)}</text></outputEntry>"
        + f"<annotationEntry><text>S{3 * n - 2 + int(cited):02}</text></annotationEntry></rule>"
        for place, (*cells, answer, cited) in enumerate(rows, 1)
    )
    second = '<output name="note"/>' if offers else ""
    rules = (
        rules.replace(
            "<annotationEntry>", "<outputEntry><text>null</text></outputEntry><annotationEntry>"
        )
        if offers
        else rules
    )
    return (
        f'<decision id="{what}-{n}" name="{what} {n}"><question>What about {what} {n}?</question>'
        f'<variable name="{what} {n}" typeRef="{"Any" if offers else of}"/>{needs}'
        f'<decisionTable hitPolicy="{policy}">{inputs}<output{named}/>{second}'
        f'<annotation name="Statements"/>{rules}</decisionTable></decision>'
    )


def _workflow(chapters: int) -> str:
    phases = "".join(f"  p{n}: Chapter {n}\n" for n in range(1, chapters + 1))
    states = "".join(_states(n, chapters) for n in range(1, chapters + 1))
    return f"workflow: generated\ninitial: begin 1\nphases:\n{phases}states:\n{states}"


def _states(n: int, chapters: int) -> str:
    onward = f"begin {n + 1}" if n < chapters else f"end {n}"
    first, cited = 3 * n - 2, f"statements: [S{3 * n - 2:02}]"
    end = (
        f"  end {n}: {{kind: final, phase: p{n}, {cited}}}\n"
        if n == chapters
        else f"  wait {n}:\n    kind: wait\n    phase: p{n}\n    {cited}\n"
        f"    timer: {{due: P1D}}\n    next: {onward}\n"
    )
    after = onward if n == chapters else f"wait {n}"
    return (
        f"  begin {n}:\n    {{kind: clinical, phase: p{n}, {cited}, next: measure {n}}}\n"
        f"  measure {n}:\n    kind: task\n    phase: p{n}\n    label: Measure level {n}\n"
        f"    task: obtain\n    awaits: [level {n}]\n    {cited}\n"
        f"    timer: {{overdue: P2D}}\n    next: class {n}?\n"
        f"  class {n}?:\n    kind: decision\n    phase: p{n}\n    {cited}\n"
        f"    decision: class {n}\n"
        f"    branches:\n      low: treat {n}\n      doubtful: look again {n}\n"
        f'      normal: {after}\n      raised: {after}\n    "null": {after}\n'
        f"  treat {n}:\n    kind: task\n    phase: p{n}\n    task: give\n"
        f"    label: Treat illness {n}\n    statements: [S{first + 1:02}]\n"
        f"    timer: {{overdue: P7D}}\n    next: {after}\n"
        f"  look again {n}:\n    {{kind: gap, phase: p{n}, statements: [S{first + 2:02}],"
        f" transitions: [{{event: looked again {n}, to: {after}}}]}}\n{end}"
    )


def _cases(chapters: int) -> str:
    levels = (5, 25, 50, 90)
    cases = (
        f"  - id: C{n}-{level}\n    title: Level {n} is {level}\n"
        f"    patient: {{level {n}: {level}, severe {n}: {severe}, age {n}: {age}}}\n"
        f"    expect: {{decisions: {{class {n}: {found}}}}}\n"
        for n in range(1, chapters + 1)
        for level, severe, age, found in zip(
            levels,
            ("true", "false", "false", "false"),
            (40, 70, 30, 12),
            ("low", "doubtful", "normal", "raised"),
            strict=True,
        )
    )
    return "cases:\n" + "".join(cases)
