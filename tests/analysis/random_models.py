"""Random requirement graphs and FEEL expressions, and random inputs for them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape

from guidewright.dmn.reader import read_definitions
from guidewright.dmn.runnable import Model, build
from guidewright.feel.temporal import Date

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
COLOURS = ("red", "green", "blue")
CAUSES = ("a", "b", "c")
ITEMS = f"""
<itemDefinition name="tColour"><typeRef>string</typeRef>
  <allowedValues><text>{", ".join(f'"{c}"' for c in COLOURS)}</text></allowedValues>
</itemDefinition>
<itemDefinition name="tCauses" isCollection="true"><typeRef>string</typeRef>
  <allowedValues><text>{", ".join(f'"{c}"' for c in CAUSES)}</text></allowedValues>
</itemDefinition>
<itemDefinition name="tDose"><typeRef>number</typeRef>
  <allowedValues><text>[0..100]</text></allowedValues></itemDefinition>
"""
KINDS = ("number", "dose", "colour", "boolean", "date", "causes", "text")
TYPES = {
    "number": "number", "dose": "tDose", "colour": "tColour", "boolean": "boolean",
    "date": "date", "causes": "tCauses", "text": "string",
}  # fmt: skip
CELLS = {
    "number": ("-", "< 5", "<= 5", "[2..5)", "(5..7]", "5", "> 7", "2, 7", "not(5)", "null",
               "not(null)", "not([2..5])", "null, > 5", "(2..5), null", "? > 2 and ? < 6",
               "? * 2 > 9", "abs(?) < 4", "floor(?) = 2", "-3"),
    "dose": ("-", "< 20", "[20..50]", "> 50", "null", "not(0)", "100", "? / 4 > 6"),
    "colour": ("-", '"red"', '"red", "blue"', 'not("green")', "null", 'null, "blue"',
               'not(null, "red")', '? in ("red", "green")', '"purple"'),
    "boolean": ("-", "true", "false", "null", "not(true)", "null, false"),
    "date": ("-", '< date("2020-01-01")', '[date("2020-01-01")..date("2021-06-30")]',
             '> date("2021-06-30")', "null", '? + duration("P30D") > date("2020-02-01")'),
    "causes": ("-", 'list contains(?, "a")', 'list contains(?, "b"), list contains(?, "c")',
               "count(?) > 1", "count(?) = 0", "null", "not(null)",
               'some each in ? satisfies each = "c"', 'not(list contains(?, "a"))'),
    "text": ("-", '"x"', '"x", "y"', 'not("x")', "null"),
}  # fmt: skip
OUTPUTS = {"number": ("1", "2", "3.5", "4", "null"), "colour": ('"red"', '"green"', "null")}
POLICIES = ("UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
AGGREGATIONS = ("SUM", "COUNT", "MIN", "MAX")


@dataclass(frozen=True)
class Graph:
    """A random model: input kinds by name, decisions in order, and its XML."""

    inputs: dict[str, str]
    decisions: tuple[str, ...]
    xml: str

    @property
    def model(self) -> Model:
        return build([read_definitions(self.xml.encode(), "graph.dmn")], strict=False)


def value_of(rng: random.Random, kind: str) -> Any:
    """Return a value of an input, often near a bound, sometimes null."""
    if rng.random() < 0.15:
        return None
    if kind == "number":
        at = rng.choice((2, 5, 7, -3, 0, 4, Decimal("4.5")))
        return at + rng.choice((0, 0, 1, -1, Decimal("0.01"), Decimal("-0.01")))
    if kind == "dose":
        return rng.choice((0, 20, 50, 100, 24, Decimal("24.04"), Decimal("19.9"), 51))
    if kind == "colour":
        return rng.choice(COLOURS)
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "date":
        return Date(rng.choice((18262, 18261, 18263, 18808, 18809, 18233, 18263, 19000)))
    if kind == "causes":
        return rng.choices(CAUSES, k=rng.choice((0, 1, 2, 3)))
    return rng.choice(("x", "y", "z"))


# expressions ------------------------------------------------------------------------------------


def number(rng: random.Random, names: dict[str, list[str]], depth: int) -> str:
    """Return a FEEL expression that is a number or null."""
    if depth <= 0 or rng.random() < 0.25:
        known = names.get("number", []) + names.get("dose", [])
        return rng.choice([*known, *known, "2", "5", "0.5", "null"])
    one, other = number(rng, names, depth - 1), number(rng, names, depth - 1)
    whether = truth(rng, names, depth - 1)
    lists = [f"[{one}, {other}, 3]", f"[{one}, {other}][item > 2]"]
    forms = [
        f"({one} + {other})", f"({one} - {other})", f"({one} * 2)", f"({one} / 4)", f"-({one})",
        f"(if {whether} then {one} else {other})", f"min({one}, {other})", f"max({one}, 2)",
        f"sum({rng.choice(lists)})", f"count({rng.choice(lists)})", f"abs({one})",
        f"floor({one})", f"ceiling({one})", f"sqrt({one})", f"modulo({one}, 3)",
        f"{{a: {one}, b: a + 1}}.b",
        f"(function(p) p + {other})({one})", f"{rng.choice(lists)}[1]", f"{rng.choice(lists)}[-1]",
        f"count(distinct values([{one}, {other}]))", f"sum(for v in {lists[0]} return v * 2)",
        f"({one} / 3)", f"max({lists[1]})",
    ]  # fmt: skip
    forms.extend(f"count({name})" for name in names.get("causes", ()))
    return rng.choice(forms)


def truth(rng: random.Random, names: dict[str, list[str]], depth: int) -> str:
    """Return a FEEL expression that is a boolean or null."""
    if depth <= 0:
        return rng.choice([*names.get("boolean", []), *names.get("boolean", []), "true", "null"])
    one, other = truth(rng, names, depth - 1), truth(rng, names, depth - 1)
    a, b = number(rng, names, depth - 1), number(rng, names, depth - 1)
    sign = rng.choice(("<", "<=", ">", ">=", "=", "!="))
    forms = [
        f"({one} and {other})", f"({one} or {other})", f"not({one})", f"({a} {sign} {b})",
        f"({a} {sign} {b})", f"({a} = null)", f"({a} between 2 and {b})", f"({a} in [2..5))",
        f"({a} in (< 2, 5, > {b}))", f"({a} instance of number)", f"({one} = {other})",
        f"(some v in [{a}, {b}] satisfies v > 2)", f"(every v in [{a}, {b}] satisfies v > 2)",
        f"list contains([{a}, 5], {b})", f"([{a}, {b}] = [2, {a}])",
        f"(if {one} then {other} else null)",
        f"({{k: {a}}} = {{k: {b}}})",
    ]  # fmt: skip
    for name in names.get("colour", ()):
        forms.extend([f'({name} = "red")', f'({name} in ("red", "blue"))'])
    for name in names.get("date", ()):
        forms.append(f'({name} < date("2020-01-01"))')
        forms.append(f'({name} + duration("P3D") > date("2021-06-30"))')
        forms.append(f'(date("2020-01-01") - {name} > duration("P1D"))')
    for name in names.get("causes", ()):
        forms.append(f'list contains({name}, "{rng.choice(CAUSES)}")')
        forms.append(f"({name} = [])")
    return rng.choice(forms)


# models -----------------------------------------------------------------------------------------


LARGE = 26  # rules of a table that the engine keeps as boxes with an index


def graph(rng: random.Random, *, decisions: int = 3, rules: int = 4) -> Graph:
    """Return a random model: tables and expressions that look at inputs and at each other.

    One in eight has large tables.
    """
    large = rng.random() < 1 / 8
    decisions, rules = (2, LARGE) if large else (decisions, rules)
    inputs = {f"in{n}": rng.choice(KINDS) for n in range(rng.randint(2, 4))}
    body = [ITEMS, *(_input(name, kind) for name, kind in inputs.items())]
    known = dict(inputs)
    made = []
    for place in range(decisions):
        name = f"d{place}"
        kind = rng.choice(("number", "colour"))
        if rng.random() < 0.75:
            kind, xml = _table(rng, name, known, kind, rules)
        else:
            names: dict[str, list[str]] = {}
            for each, of in known.items():
                names.setdefault(of, []).append(each)
            kind, xml = "number", _literal(name, known, number(rng, names, 2))
        body.append(xml)
        if kind is not None:
            known[name] = kind
        made.append(name)
    return Graph(inputs, tuple(made), _model("".join(body)))


def expression_graph(rng: random.Random) -> Graph:
    """Return a model of one decision: a random expression."""
    inputs = {f"in{n}": kind for n, kind in enumerate(rng.sample(KINDS, k=4))}
    names: dict[str, list[str]] = {}
    for name, kind in inputs.items():
        names.setdefault(kind, []).append(name)
    text = rng.choice((number, truth))(rng, names, 3)
    data = "".join(_input(name, kind) for name, kind in inputs.items())
    return Graph(inputs, ("d0",), _model(ITEMS + data + _literal("d0", inputs, text, "Any")))


def _model(body: str) -> str:
    return f'<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m">{body}</definitions>'


def _input(name: str, kind: str) -> str:
    variable = f'<variable name="{name}" typeRef="{TYPES[kind]}"/>'
    return f'<inputData id="{name}" name="{name}">{variable}</inputData>'


def _needs(known: dict[str, str]) -> str:
    return "".join(
        f"<informationRequirement><required{'Decision' if name[0] == 'd' else 'Input'} "
        f'href="#{name}"/></informationRequirement>'
        for name in known
    )


def _literal(name: str, known: dict[str, str], text: str, of: str = "number") -> str:
    logic = f"<literalExpression><text>{escape(text)}</text></literalExpression>"
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="{of}"/>'
        f"{_needs(known)}{logic}</decision>"
    )


def _table(
    rng: random.Random, name: str, known: dict[str, str], kind: str, most: int
) -> tuple[str | None, str]:
    columns = rng.sample(sorted(known), k=min(len(known), rng.randint(1, 3)))
    policy = rng.choice(POLICIES)
    numeric = kind == "number"
    aggregation = rng.choice(AGGREGATIONS) if policy == "COLLECT" and numeric else None
    clauses = "".join(
        f'<input><inputExpression typeRef="{TYPES[known[c]]}"><text>{c}</text>'
        "</inputExpression></input>"
        for c in columns
    )
    listed = "3.5, 1, 2, 4" if numeric else '"green", "red"'
    default = rng.choice(OUTPUTS[kind]) if rng.random() < 0.2 else None
    output = f"<output><outputValues><text>{listed}</text></outputValues>"
    if default:
        output += f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
    rows = []
    for _ in range(most if most == LARGE else rng.randint(1, most)):
        cells = "".join(
            f"<inputEntry><text>{escape(rng.choice(CELLS[known[c]]))}</text></inputEntry>"
            for c in columns
        )
        out = rng.choice([o for o in OUTPUTS[kind] if o != "null" or aggregation is None])
        rows.append(f"<rule>{cells}<outputEntry><text>{escape(out)}</text></outputEntry></rule>")
    multiple = policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER") and not aggregation
    single = not multiple or rng.random() < 0.3  # a list of one becomes its item, others null
    of = f' typeRef="{TYPES[kind]}"' if single else ""
    how = f' aggregation="{aggregation}"' if aggregation else ""
    xml = (
        f'<decision id="{name}" name="{name}"><variable name="{name}"{of}/>{_needs(known)}'
        f'<decisionTable hitPolicy="{policy}"{how}>{clauses}{output}</output>{"".join(rows)}'
        "</decisionTable></decision>"
    )
    return (kind if single else None), xml
