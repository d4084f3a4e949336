"""The quick ways give what the thorough way gives: look-ups, the index, functions in line.

Random tables of every hit policy are asked for values at, below and above every bound, for null and
for values no cell names; the conformance suite and the benchmark models are asked both ways, too.
"""

import importlib.util
import json
import random
import sys
from collections import defaultdict
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import guidewright as gw
from guidewright.dmn import index
from guidewright.dmn.cells import read_box
from guidewright.dmn.prepared import GIVES_UP, prepare
from guidewright.dmn.reader import read_definitions
from guidewright.dmn.runnable import DEFAULT_OPTIONS, build
from guidewright.feel import compile_unary_tests
from guidewright.feel.decimals import CONTEXT
from guidewright.feel.text import literal
from guidewright.feel.types import BOOLEAN, NUMBER, STRING

SHARED = Path(__file__).parents[3] / "shared"
NUMBERS = ["0", "1", "2.5", "2.50", "7", "-3", "100000000000000000000.1", ".5"]
WORDS = ['"a"', '"b"', '"c d"']


def number_tests():
    number = st.sampled_from(NUMBERS)
    one = st.one_of(
        number,
        st.just("null"),
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", "="]), number).map(" ".join),
        st.tuples(st.sampled_from("[(]"), number, number, st.sampled_from(")][")).map(
            lambda parts: f"{parts[0]}{parts[1]}..{parts[2]}{parts[3]}"
        ),
    )
    return cells(one)


def cells(one):
    several = st.lists(one, min_size=1, max_size=3).map(", ".join)
    return st.one_of(st.just("-"), several, several.map(lambda tests: f"not({tests})"))


CELLS = {
    "number": number_tests(),
    "string": cells(st.sampled_from([*WORDS, "null"])),
    "boolean": cells(st.sampled_from(["true", "false", "null"])),
}
TYPES = {"number": NUMBER, "string": STRING, "boolean": BOOLEAN}
VALUES = {
    "number": [
        None, 0, 1, 2, 7, 8, -3, -4, Decimal("2.5"), Decimal("2.4999"), Decimal("0.5"), 10**20,
        Decimal("100000000000000000000.1"), Decimal("100000000000000000000.09"),
    ],
    "string": [None, "a", "b", "c d", "other", ""],
    "boolean": [None, True, False],
}  # fmt: skip


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_a_box_is_the_cell(data):
    kind = data.draw(st.sampled_from(sorted(CELLS)))
    text = data.draw(CELLS[kind])
    box = read_box(text, TYPES[kind])
    assert box is not None, text
    general = compile_unary_tests(text, TYPES[kind], strict=False)
    for value in VALUES[kind]:
        assert box.test(value) is general.evaluate({"?": value}).value, (text, value)


@pytest.mark.parametrize(
    "text",
    ["< x", "? > 1", "1 + 1", '"a" + "b"', "[1..x]", '@"2020-01-01"', "1 2", "<", "not(1", "5."],
)
def test_what_is_no_plain_cell_is_left_to_the_parser(text):
    assert read_box(text, NUMBER) is None


def test_a_value_of_another_kind_is_left_to_the_parser():
    assert read_box('"a"', NUMBER) is None
    assert read_box("1", STRING) is None
    assert read_box("true", NUMBER) is None


POLICIES = ["UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
AGGREGATIONS = ["SUM", "COUNT", "MIN", "MAX"]


def table_xml(policy, aggregation, kinds, rows, outputs, default):
    inputs = "".join(
        f'<input id="in{i}"><inputExpression typeRef="{kind}"><text>x{i}</text>'
        "</inputExpression></input>"
        for i, kind in enumerate(kinds)
    )
    data = "".join(
        f'<inputData id="x{i}" name="x{i}"><variable name="x{i}" typeRef="{kind}"/></inputData>'
        for i, kind in enumerate(kinds)
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#x{i}"/></informationRequirement>'
        for i in range(len(kinds))
    )
    rules = "".join(
        "<rule>"
        + "".join(
            f"<inputEntry><text>{cell.replace('<', '&lt;')}</text></inputEntry>" for cell in row
        )
        + f"<outputEntry><text>{output}</text></outputEntry></rule>"
        for row, output in zip(rows, outputs, strict=True)
    )
    aggregate = f' aggregation="{aggregation}"' if aggregation else ""
    fallback = f"<defaultOutputEntry><text>{default}</text></defaultOutputEntry>" if default else ""
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" '
        'namespace="urn:m">'
        f'{data}<decision id="d" name="d"><variable name="d"/>{needs}'
        f'<decisionTable hitPolicy="{policy}"{aggregate}>{inputs}'
        f"<output><outputValues><text>3, 1, 2, 4</text></outputValues>{fallback}</output>"
        f"{rules}</decisionTable></decision></definitions>"
    )


@st.composite
def tables(draw, least=1, most=6):
    kinds = draw(st.lists(st.sampled_from(sorted(CELLS)), min_size=1, max_size=3))
    rows = draw(
        st.lists(st.tuples(*(CELLS[kind] for kind in kinds)), min_size=least, max_size=most)
    )
    outputs = draw(
        st.lists(st.sampled_from(["1", "2", "3", "4"]), min_size=len(rows), max_size=len(rows))
    )
    computed = draw(st.booleans())
    if computed:
        outputs = [f"{output} + 0" for output in outputs]
    policy = draw(st.sampled_from(POLICIES))
    aggregation = draw(st.sampled_from([None, *AGGREGATIONS])) if policy == "COLLECT" else None
    default = draw(st.sampled_from([None, "4"]))
    return kinds, table_xml(policy, aggregation, kinds, rows, outputs, default)


def both_ways(model, quick, inputs):
    thorough = model._thoroughly(inputs, "d", DEFAULT_OPTIONS)
    try:
        value, told, _ = quick(inputs)
    except GIVES_UP:
        assert thorough.notes, "the quick way gave up, and there is nothing to tell"
        return
    assert value == thorough.value, inputs
    assert type(value) is type(thorough.value)
    assert told == thorough.notes, inputs


def compiled_quickly(model):
    step = model.step_of("d")
    quick = prepare(model._compiled, [step.key], single=True, results=True)
    assert quick is not None
    return quick


@given(tables(), st.data())
@settings(max_examples=250, deadline=None)
def test_small_tables(table, data):
    kinds, xml = table
    model = build([read_definitions(xml.encode(), "m.dmn")], strict=False)
    quick = compiled_quickly(model)
    for _ in range(12):
        drawn = {f"x{i}": data.draw(st.sampled_from(VALUES[kind])) for i, kind in enumerate(kinds)}
        both_ways(model, quick, drawn)


@given(tables(least=2, most=8), st.data(), st.sampled_from([1, 4_000_000]))
@settings(max_examples=150, deadline=None)
def test_tables_with_an_index(table, data, most_bytes):
    """The same with an index from the second rule on, and with pieces that share masks."""
    kinds, xml = table
    definitions = read_definitions(xml.encode(), "m.dmn")
    plain = build([definitions], strict=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("guidewright.dmn.table.MIN_RULES", 1)
        patch.setattr(index, "MAX_BYTES", most_bytes)
        indexed = build([definitions], strict=False)
    quick = compiled_quickly(indexed)
    for _ in range(12):
        drawn = {f"x{i}": data.draw(st.sampled_from(VALUES[kind])) for i, kind in enumerate(kinds)}
        expected = plain._thoroughly(drawn, "d", DEFAULT_OPTIONS)
        assert indexed._thoroughly(drawn, "d", DEFAULT_OPTIONS).value == expected.value
        traced = indexed.evaluate(drawn, "d", options=gw.DecisionOptions(trace=True))
        cells_of = [rule.cells for rule in traced.trace.decisions[0].tables[0].rules]
        watched = plain.evaluate(drawn, "d", options=gw.DecisionOptions(trace=True))
        assert cells_of == [rule.cells for rule in watched.trace.decisions[0].tables[0].rules]
        both_ways(indexed, quick, drawn)


ABOVE = ["-", "< 2", "[2..7)", ">= 2.5", "[2..2.5)"]  # a bound belongs to what is above it
BELOW = ["-", "<= 2", "(2..7]", "> 2.5", "(2..2.5]"]
BOTH = [*ABOVE, *BELOW, "[2..7]", "(2..7)", "7", "null"]
NEAR = [CONTEXT.next_minus(Decimal(2)), CONTEXT.next_plus(Decimal("2.5")), Decimal("7." + "0" * 40)]
# rounded to 34 digits, these are the bounds
BEYOND = [Decimal("1." + "9" * 40), Decimal("2.5" + "0" * 40 + "1")]


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST"])
@pytest.mark.parametrize("each", [1, 3], ids=["one rule left", "several rules left"])
def test_rules_that_are_told_apart_by_some_columns(policy, each):
    """The first columns leave one rule, or several, which the others may leave or not."""
    chosen = random.Random(20261122)
    columns = [ABOVE, BELOW, BOTH, BOTH, BOTH]
    rows = [
        (f'"k{number // each}"', *(chosen.choice(cells) for cells in columns))
        for number in range(60)
    ]
    kinds = ["string", *["number" for _ in columns]]
    outputs = [str(number % 4 + 1) for number in range(len(rows))]
    xml = table_xml(policy, None, kinds, rows, outputs, None)
    model = build([read_definitions(xml.encode(), "m.dmn")], strict=False)
    quick = compiled_quickly(model)
    values = [None, 1, 2, Decimal(2), 3, Decimal("2.5"), 7, 8, *NEAR, *BEYOND]
    hits = 0
    for row in [*rows, ('"other"',)] * 50:
        drawn = {f"x{number + 1}": chosen.choice(values) for number in range(len(columns))}
        both_ways(model, quick, {"x0": row[0][1:-1], **drawn})
        hits += model.evaluate({"x0": row[0][1:-1], **drawn}, "d").value is not None
    assert hits > 50


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_values_that_an_item_definition_allows(data):
    kind = data.draw(st.sampled_from(sorted(CELLS)))
    tests = [data.draw(CELLS[kind]).replace("<", "&lt;") for _ in range(2)]
    items = (
        f'<itemDefinition name="tBase"><typeRef>{kind}</typeRef>'
        f"<allowedValues><text>{tests[0]}</text></allowedValues></itemDefinition>"
        '<itemDefinition name="tValue"><typeRef>tBase</typeRef>'
        f"<allowedValues><text>{tests[1]}</text></allowedValues></itemDefinition>"
    )
    xml = table_xml("FIRST", None, [kind], [("null",), ("-",)], ["1", "2"], None)
    xml = xml.replace("<inputData", f"{items}<inputData", 1)
    xml = xml.replace(f'name="x0" typeRef="{kind}"', 'name="x0" typeRef="tValue"')
    model = build([read_definitions(xml.encode(), "m.dmn")], strict=False)
    quick = compiled_quickly(model)
    for value in VALUES[kind]:
        both_ways(model, quick, {"x0": value})


# decisions over decisions of few values ----------------------------------------------------------

LOOKS = {  # input expressions over the value of `d`, and the kind of their column
    "d": "number",
    "d + 1": "number",
    "d[1]": "number",
    "count(d)": "number",
    "sum(d)": "number",
    "d.a": "number",
    'if d = 2 then "a" else "b"': "string",
    "string(d)": "string",
    "list contains(d, 2)": "boolean",
    "d = null": "boolean",
    "d > 2 or x0 = null": "boolean",
    "x0": None,
}


@st.composite
def chains(draw):
    """Return a model whose decision `e` is a table over what a first table `d` gives."""
    kinds, first = draw(tables())
    texts = draw(st.lists(st.sampled_from(sorted(LOOKS)), min_size=1, max_size=3))
    columns = [LOOKS[text] or kinds[0] for text in texts]
    row = st.tuples(*(CELLS[kind] for kind in columns))
    rows = draw(st.lists(row, min_size=1, max_size=4))
    policy = draw(st.sampled_from(["FIRST", "COLLECT", "RULE ORDER"]))
    inputs = "".join(
        f'<input><inputExpression typeRef="{kind}"><text>{text.replace(">", "&gt;")}</text>'
        "</inputExpression></input>"
        for text, kind in zip(texts, columns, strict=True)
    )
    rules = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text>{c.replace('<', '&lt;')}</text></inputEntry>" for c in cells)
        + f"<outputEntry><text>{number}</text></outputEntry></rule>"
        for number, cells in enumerate(rows)
    )
    second = (
        '<decision id="e" name="e"><variable name="e"/>'
        '<informationRequirement><requiredDecision href="#d"/></informationRequirement>'
        '<informationRequirement><requiredInput href="#x0"/></informationRequirement>'
        f'<decisionTable hitPolicy="{policy}">{inputs}<output/>{rules}</decisionTable></decision>'
    )
    return kinds, first.replace("</definitions>", f"{second}</definitions>")


@given(chains(), st.data())
@settings(max_examples=200, deadline=None)
def test_tables_over_decisions_of_few_values(chain, data):
    kinds, xml = chain
    model = build([read_definitions(xml.encode(), "m.dmn")], strict=False)
    goals = [model.step_of(name).key for name in "de"]
    quick = prepare(model._compiled, goals, single=False, results=True)
    for _ in range(12):
        drawn = {f"x{i}": data.draw(st.sampled_from(VALUES[kind])) for i, kind in enumerate(kinds)}
        thorough = model._thoroughly(drawn, None, DEFAULT_OPTIONS)
        try:
            result = quick(drawn)
        except GIVES_UP:
            assert thorough.notes, "the quick way gave up, and there is nothing to tell"
        else:
            assert literal(result.value) == literal(thorough.value)
            assert result.notes == thorough.notes


@pytest.mark.parametrize("names", [["e", "d"], ("d", "e"), ["d"], ["d", "d"], []])
def test_several_decisions_are_prepared_too(names):
    xml = table_xml("FIRST", None, ["number"], [("< 1",), (">= 1",)], ["1", "2"], None)
    more = (
        '<decision id="e" name="e"><variable name="e"/><informationRequirement>'
        '<requiredDecision href="#d"/></informationRequirement><literalExpression><text>d + 1'
        "</text></literalExpression></decision></definitions>"
    )
    definitions = read_definitions(xml.replace("</definitions>", more).encode(), "m.dmn")
    model = build([definitions])
    call = model.compile(names)
    expected = {name: {"d": 2, "e": 3}[name] for name in names}
    for _ in range(30):
        assert model.evaluate({"x0": 1}, names).value == call({"x0": 1}) == expected
    with pytest.raises(gw.CallError, match="no decision 'f'"):
        model.compile([*names, "f"])


@pytest.mark.parametrize("names", [[["d"]], [None], [1], (("d",),)])
def test_what_is_no_name_of_a_decision_is_refused(names):
    xml = table_xml("FIRST", None, ["number"], [("< 1",)], ["1"], None)
    model = build([read_definitions(xml.encode(), "m.dmn")])
    with pytest.raises(gw.CallError, match="the name of a decision is a text"):
        model.evaluate({"x0": 1}, names)
    with pytest.raises(gw.CallError, match="the name of a decision is a text"):
        model.compile(names)


def test_what_a_caller_does_to_a_value_changes_no_other():
    rows, outputs = [("< 1",), (">= 1",)], ["[1, [2]]", "{a: [3], b: 4}"]
    xml = table_xml("FIRST", None, ["number"], rows, outputs, None)
    xml = xml.replace("<outputValues><text>3, 1, 2, 4</text></outputValues>", "")
    call = build([read_definitions(xml.encode(), "m.dmn")]).compile("d")
    call({"x0": 0})[1].append(9)
    call({"x0": 1})["a"].append(9)
    assert call({"x0": 0}) == [1, [2]]
    assert call({"x0": 1}) == {"a": [3], "b": 4}


def spoil(value):
    """Change a value wherever it can be changed."""
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, (dict, list)):
            spoil(part)
    if isinstance(value, dict):
        value.clear()
    else:
        value.append("spoilt")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("cell", ["< 1", "? < 1 + 0"], ids=["plain cells", "computed cells"])
@pytest.mark.parametrize("many", [1, 30], ids=["small", "large"])
def test_outputs_are_shared_with_nobody(policy, cell, many):
    rows, outputs = [(cell,)] * (1 if policy == "UNIQUE" else 2), ["[1, [2]]", "[1, [2]]"]
    rows += [(f"{number}",) for number in range(5, 5 + many)]
    outputs = [*outputs[: len(rows) - many], *["{a: [3]}"] * many]
    xml = table_xml(policy, None, ["number"], rows, outputs, None)
    xml = xml.replace("3, 1, 2, 4", "[1, [2]], {a: [3]}")
    more = (
        '<decision id="e" name="e"><variable name="e"/><informationRequirement>'
        '<requiredDecision href="#d"/></informationRequirement><literalExpression><text>'
        "{inner: d, several: [d, d]}</text></literalExpression></decision></definitions>"
    )
    definitions = read_definitions(xml.replace("</definitions>", more).encode(), "m.dmn")
    model = build([definitions], strict=False)
    for names in ("d", "e", None):
        call = model.compile(names)
        for inputs in ({"x0": 0}, {"x0": 5}):
            expected = model._thoroughly(inputs, names, DEFAULT_OPTIONS)
            for _ in range(2):
                found = call(inputs)
                assert literal(found) == literal(expected.value), (names, inputs)
                spoil(found)


@pytest.mark.parametrize("cell", ["< 1", "? < 1 + 0"], ids=["plain cells", "computed cells"])
@pytest.mark.parametrize("output", ["1", '"a"'], ids=["conforming", "not conforming"])
@pytest.mark.parametrize("of", ["number", "tMany"])
@pytest.mark.parametrize("policy", ["COLLECT", "RULE ORDER", "FIRST", "ANY"])
def test_outputs_are_converted_where_they_have_to_be(policy, of, output, cell):
    xml = table_xml(policy, None, ["number"], [(cell,), (cell,)], [output] * 2, "4")
    many = '<itemDefinition name="tMany" isCollection="true"><typeRef>number</typeRef>'
    xml = xml.replace("<inputData", f"{many}</itemDefinition><inputData", 1)
    xml = xml.replace('<variable name="d"/>', f'<variable name="d" typeRef="{of}"/>')
    xml = xml.replace("3, 1, 2, 4", '1, "a", 4')
    model = build([read_definitions(xml.encode(), "m.dmn")], strict=False)
    quick = compiled_quickly(model)
    for inputs in ({"x0": 0}, {"x0": 5}, {}):
        both_ways(model, quick, inputs)


@pytest.mark.parametrize(
    "given_values",
    [
        {}, {"x0": 1}, {"x1": "a"}, {"x0": 1, "x1": "a"}, {"x0": 1, "d": 3}, {"x0": 1, "typo": 2},
        {"x0": 1, "x1": "a", "x2": True}, {"x0": 1, "x1": "a", "typo": 2}, {" x0 ": 1, "x1": "a"},
        MappingProxyType({"x0": 1}), defaultdict(lambda: "b", {"x0": 1, "typo": 2}),
    ],
    ids=lambda given: f"{type(given).__name__} {dict(given)}",
)  # fmt: skip
def test_names_are_treated_alike_from_the_first_call_to_the_last(given_values):
    kinds = ["number", "string", "boolean"]
    xml = table_xml("FIRST", None, kinds, [("1", '"a"', "-"), ("-", "-", "-")], ["1", "2"], None)
    model = build([read_definitions(xml.encode(), "m.dmn")])
    call = model.compile("d")
    answers = {_answer(lambda: model.evaluate(given_values, "d").value) for _ in range(30)}
    assert answers == {_answer(lambda: call(given_values))}
    assert len(given_values) <= 3


# lists and contexts -----------------------------------------------------------------------------

OVER_LISTS = [
    'count(rows[code = "a"])',
    'rows[item.code = "a" and value > limit].value',
    "rows[value < low or value > 2.5]",
    "rows[value >= 1][1].code",
    "rows[limit]",
    "rows[limit - 1].value",
    "rows[-1].value",
    "rows[not(value > 1)]",
    '[rows[code = "a" and value > limit], rows[code = "a"], rows[value > limit and code = "a"]]',
    '[rows[code = "a"].value, rows[code = "a" and low and value > 1], rows[low and code = "a"]]',
    'rows[code = "a" and rows[code = "a" and value > 1][1].low = low]',
    "for i in 2..count(rows) return [rows[i - 2], rows[i - 1], rows[i - 1 - 1], rows[i - 1.0]]",
    "for i in 2..count(rows) return rows[i - 1][item.value > rows[i].value]",
    "rows[code = null]",
    "for r in rows return r.value + 1",
    "for r in rows[value > 1] return r.value * limit",
    "for r in rows, q in rows return r.value < q.value",
    "for i in 1..count(rows) return rows[i].value - 1",
    "for i in 2..count(rows) return rows[i].low - rows[i-1].low",
    "for i in 3..count(rows) return rows[i - 2].code",
    "for i in 1..limit return rows[i - 1].code",
    "for i in -2..count(rows) return i - 1",
    "for i in 2..count(rows), j in 1..i return rows[i - j].value",
    "[rows[value > 1], rows[item.value > 1], rows[value > 1.0], rows[value > limit]]",
    '[rows[code = "a"].value, (if limit > 1 then rows[code = "b"] else []), rows[code = "b"]]',
    'for r in rows return count(rows[code = r.code]) + count(rows[code = "a"])',
    "for r in rows return if partial = [] then r.low else sum(partial)",
    "every r in rows satisfies r.value > 0",
    "some r in rows satisfies r.value > limit",
    'some r in rows satisfies r.code = "b" and r.value > limit',
    "some r in rows, q in rows satisfies r.value > q.value",
    "sort(rows, function(a, b) a.value < b.value)",
    "sort(rows, function(a, b) a.value > b.value)[1].code",
    "sort(rows, function(a, b) a.value < b.low)",
    "sort(rows, function(a, b) a.value <= b.value)",
    "sort(rows.code, function(a, b) a < b)",
    "sort(for r in rows return r.value, function(x, y) x > y)",
    'string join(for r in rows return upper case(substring(r.code, 1, 1)), ",")',
    "distinct values(for r in rows return substring(r.code, 1, 2))",
    "mean(for r in rows return r.value)",
    "max(rows.value)",
    "min(for r in rows[value > limit] return r.value)",
    "for r in rows return date(r.day) - duration(day)",
    'for r in rows return (date(r.day) - date(day)) / duration("P1D")',
    'for r in rows return (date(r.day) - date(day)) / duration("P7D")',
    "rows[date(item.day) >= date(day)]",
    'rows[date(item.day) >= date(day) - duration("P3D")].code',
    "sort(rows, function(a, b) date(a.day) > date(b.day)).day",
    "for i in 2..count(rows) return date(rows[i].day) - date(rows[i-1].day)",
    "for i in 2..count(rows) return abs(rows[i].low) - abs(rows[i - 1].low)",
    "for i in 2..count(rows) return abs(rows[i - 1].low) - abs(rows[i].low)",
    "for i in 1..count(rows) return [abs(i), abs(i - 1), abs(i - 2), abs(i - 1)]",
    "for i in 1..count(rows) return [abs(i - 1), abs(i), abs(i - 3)]",
    "for i in 1..3 return [abs(i), abs(i - true)]",
    "for i in 2..count(rows) return if i > 2 then abs(rows[i].low) else abs(rows[i - 1].low)",
    "for i in 2..count(rows) return [abs(rows[i].low), if i = 3 then 0 else abs(rows[i-1].low)]",
    "for j in [2, 1], i in 2..count(rows) return abs(rows[i].low * j) - abs(rows[i - 1].low * j)",
    "for i in 1..3, j in 2..count(rows) return abs(rows[j].low) - i * abs(rows[j - 1].low)",
    "for i in 2..count(rows) return [abs(count(partial)), abs(count(partial) - 1), abs(i - 1)]",
    "for i in 1..3 return [abs(i + count(partial)), abs(i - 1 + count(partial))]",
    "for i in 3..1 return [abs(i), abs(i - 1)]",
    "for i in [5, 1, 9] return [abs(i), abs(i - 1)]",
    "for r in rows return [abs(r.low), abs(r.low - 1)]",
    "every i in 2..count(rows) satisfies date(rows[i].day) >= date(rows[i - 1].day)",
    "some i in 2..count(rows) satisfies abs(rows[i].low) < abs(rows[i - 1].low)",
    'for i in 2..count(rows) return (rows[i].day - rows[i - 1].day) / duration("P1D")',
    'for r in rows return (r.day - date(day)) / duration("P7D")',
    "rows[day >= date(limit, 2, 28)].value",
    "rows[rows[1].day > item.day].code",
    "sort(rows, function(a, b) a.day > b.day)[1].value",
    "rows.inner.value",
    "rows[inner.value > 1]",
    "for r in rows return count(r.inner[value > 1])",
    "rows[date = 1]",
    "{limit: 2, found: rows[value > limit]}.found",
    "(function(x) rows[value > x])(limit)",
    "rows[rows[1].value = value]",
    "".join(f"for a{i} in [limit] return " for i in range(12)) + "a11",
    "rows[value = rows" * 12 + "[1].value" + "][1].value" * 11 + "]",
]
CODES = st.sampled_from(["a", "b", "abc", "", "\u00e9"])
AMOUNTS = st.sampled_from([
    0, 1, 2, 3, -4, Decimal("2.5"), Decimal("0.0"), Decimal("1E+2"), 10**12, 10**34 - 1,
    Decimal("-0"), Decimal("1.0000000000000000000000000000000001"), 10**40, 0.5,
])  # fmt: skip
DAYS = st.sampled_from(["2024-02-28", "2024-03-01", "2024-03-10", "2023-12-31"])
INNER = st.one_of(
    st.fixed_dictionaries({"value": st.sampled_from([1, 2])}),
    st.lists(st.fixed_dictionaries({"value": st.sampled_from([1, 2])}), max_size=2),
)
ROW = {"code": CODES, "value": AMOUNTS, "low": AMOUNTS, "day": DAYS, "inner": INNER}
STRAY = st.sampled_from([None, True, 1, "a", "2024-03-01", [], {"value": 1}, ["a"]])


@st.composite
def row_lists(draw):
    """Return a list of rows: mostly alike, sometimes with strays, gaps and keys that shadow."""
    rows = draw(st.lists(st.fixed_dictionaries(ROW), max_size=5))
    for row in rows:
        for kind in draw(st.sets(st.sampled_from(["stray", "gap", "shadow"]), max_size=1)):
            key = draw(st.sampled_from([*ROW] if kind != "shadow" else ["item", "limit", "date"]))
            if kind == "gap":
                del row[key]
            else:
                row[key] = draw(STRAY)
    return draw(st.one_of(*[st.just(rows)] * 6, STRAY))


def model_over_lists(text, item=""):
    of = "tRows" if item else "Any"
    names = {"rows": of, "limit": "number", "day": "string"}
    data = "".join(
        f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/>'
        "</inputData>"
        for name, kind in names.items()
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{name}"/></informationRequirement>'
        for name in names
    )
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    xml = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/" name="m" '
        f'namespace="urn:m">{item}{data}<decision id="d" name="d"><variable name="d"/>{needs}'
        f"<literalExpression><text>{text}</text></literalExpression></decision></definitions>"
    )
    return build([read_definitions(xml.encode(), "m.dmn")], strict=False)


T_ROWS = (
    '<itemDefinition name="tRows" isCollection="true">'
    '<itemComponent name="code"><typeRef>string</typeRef></itemComponent>'
    '<itemComponent name="value"><typeRef>number</typeRef></itemComponent>'
    '<itemComponent name="low"><typeRef>number</typeRef></itemComponent>'
    '<itemComponent name="day"><typeRef>string</typeRef></itemComponent></itemDefinition>'
)


PLAIN_ROWS = [
    {"code": "ab", "value": 3, "low": Decimal("1.5"), "day": "2024-02-28", "inner": {"value": 2}},
    {"code": "a", "value": Decimal("2.5"), "low": 2, "day": "2024-03-01", "inner": {"value": 1}},
    {"code": "cd", "value": 7, "low": 8, "day": "2024-03-10", "inner": {"value": 3}},
]


T_DATED = T_ROWS.replace('name="day"><typeRef>string', 'name="day"><typeRef>date')


@pytest.mark.parametrize("item", ["", T_ROWS, T_DATED], ids=["any", "typed", "dated"])
@pytest.mark.parametrize("text", OVER_LISTS)
def test_expressions_over_lists(text, item):
    model = model_over_lists(text, item)
    quick = prepare(model._compiled, [model.step_of("d").key], single=True)

    def thoroughly(inputs):
        return model._thoroughly(inputs, "d", DEFAULT_OPTIONS)

    @given(row_lists(), st.sampled_from([None, 1, 2, Decimal("1.5")]), DAYS)
    @settings(max_examples=25, deadline=None)
    def both_ways(rows, limit, day):
        inputs = {"rows": rows, "limit": limit, "day": day}
        with suppress(*GIVES_UP):
            assert _answer(lambda: quick(inputs)) == _answer(lambda: thoroughly(inputs).value)

    both_ways()
    plain = {"rows": PLAIN_ROWS, "limit": 2, "day": "2024-03-01"}
    if not thoroughly(plain).notes:
        assert literal(quick(plain)) == literal(thoroughly(plain).value)


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("for i in 2..count(rows) return abs(rows[i].low) - abs(rows[i - 1].low)", True),
        ("for i in 2..count(rows) return date(rows[i].day) - date(rows[i - 1].day)", True),
        ("for i in 3..count(rows) return abs(rows[i].low) - abs(rows[i - 1].low)", False),
        ("for i in 2..count(rows) return abs(rows[i].low) - rows[i - 1].low", False),
    ],
)
def test_what_a_turn_computes_is_kept_for_the_next(text, keeps):
    model = model_over_lists(text)
    quick = prepare(model._compiled, [model.step_of("d").key], single=True)
    assert ("UNKNOWN" in quick.__code__.co_names) is keeps


WORKLOADS = {
    "w1_b12_diagnosis": "w1",
    "w2_b12_guideline": "w2",
    "w3_wide_1000": "w3_1000",
    "w4_labs": "w4",
}


@pytest.mark.skipif(not SHARED.exists(), reason="the workloads are not on this machine")
@pytest.mark.parametrize("name", WORKLOADS)
def test_workloads(name):
    model = gw.load_dmn(SHARED / "bench" / "dmn" / f"{name}.dmn")
    lines = (SHARED / "bench" / "inputs" / f"{WORKLOADS[name]}.jsonl").read_text().splitlines()
    quick = prepare(
        model._compiled, [model.step_of(d.name).key for d in model.definitions.decisions],
        single=False,
    )  # fmt: skip
    gave_up = 0
    for line in lines[:200]:
        inputs = json.loads(line, parse_float=Decimal)
        thorough = model._thoroughly(inputs, None, DEFAULT_OPTIONS)
        try:
            assert quick(inputs) == thorough.value
        except GIVES_UP:
            gave_up += 1
    assert gave_up < len(lines[:200]) / 2, "the quick way is hardly ever gone"


def _harness():
    path = Path(__file__).parents[1] / "tck" / "harness.py"
    spec = importlib.util.spec_from_file_location("tck_harness", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(not SHARED.exists(), reason="the conformance suite is not on this machine")
def test_the_conformance_suite_the_quick_way():
    """Every decision of the suite that can be prepared gives the same value when it is."""
    harness = _harness()
    compared = 0
    for level in ("compliance-level-2", "compliance-level-3", "non-compliant"):
        for case in harness.cases(level):
            if case.element.get("type", "decision") != "decision":
                continue
            model = harness._model(case.file.parent / case.model)
            inputs = {
                harness._input_name(model, node): harness.value_of(node)
                for node in case.element.findall("t:inputNode", harness.NS)
            }
            for node in case.element.findall("t:resultNode", harness.NS):
                compared += _same_quickly(model, node.get("name"), inputs)
    assert compared > 800


def _same_quickly(model, name, inputs):
    try:
        quick = prepare(model._compiled, [model.step_of(name).key], single=True)
    except gw.CallError:
        return 0
    if quick is None:
        return 0
    try:
        value = quick(inputs)
    except GIVES_UP:
        return 0
    assert literal(value) == literal(model._thoroughly(inputs, name, DEFAULT_OPTIONS).value), name
    return 1


STRANGE = [
    Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity"), Decimal("1E+7000"),
    Decimal("1E-7000"), Decimal("179.99999999999999999999999999999999999999"), 10**40, -(10**35),
    float("nan"), 179.99999999999997, "180", True, [179], Decimal("-0"), Decimal("0.0"),
]  # fmt: skip


@pytest.mark.parametrize("value", STRANGE, ids=repr)
def test_strange_numbers_are_treated_alike_from_the_first_call_to_the_last(value):
    xml = table_xml("FIRST", None, ["number"], [("< 180",), (">= 180",)], ["1", "2"], None)
    model = build([read_definitions(xml.encode(), "m.dmn")])
    call = model.compile("d")
    answers = {_answer(lambda: model.evaluate({"x0": value}, "d").value) for _ in range(30)}
    assert answers == {_answer(lambda: call({"x0": value}))}


def _answer(ask):
    try:
        return literal(ask())
    except gw.CallError as fault:
        return str(fault)


@pytest.mark.parametrize(
    ("last", "expected"),
    [(3, [1, 2, 3]), (1, [1]), (0, [1, 0]), (-2, [1, 0, -1, -2]), (Decimal("2.0"), [1, 2])],
)
def test_a_loop_that_counts_down_is_left_to_the_thorough_way(last, expected):
    """Quick code takes for granted that it goes from the first position to the last."""
    call = model_over_lists("for i in 1..limit return i").compile("d")
    for _ in range(30):
        assert call({"limit": last}) == expected
