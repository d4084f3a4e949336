"""Runs of plain rules are read by one pattern; they must say what the reader of tags says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from dmn_files import NAMESPACE
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.dmn.model import Decision, DecisionTable, Definitions, Rule, Text
from guidewright.dmn.reader import definitions_of, read_definitions
from guidewright.dmn.rules import RunRules
from guidewright.dmn.xml_parser import parse_xml
from guidewright.dmn.xml_runs import MIN_RUN
from guidewright.errors import ModelError

CELLS = (
    "-", "", " ", "&lt; 5", "[1..2)", '"a", "b"', '"&quot;"', "é &#228;\n&#x1F434; &amp;lt;", "\t7",
    "]] >",
)  # fmt: skip
IDS = ("", ' id=""', ' id="r{row}"')
ENTRY_IDS = ("", ' id="r{row}_{column}"')
# Rules that are not plain: each has to be read tag by tag.
ODD = (
    """<rule id="odd{row}" label="x"><inputEntry><text>1</text></inputEntry>
    <inputEntry><text>2</text></inputEntry><outputEntry><text>3</text></outputEntry></rule>""",
    """<rule><!-- <rule> --><inputEntry><text><![CDATA[< 1]]></text></inputEntry>
    <inputEntry><text>2<!--x--></text></inputEntry>
    <outputEntry><text>a\r\nb</text></outputEntry></rule>""",
    """<rule><inputEntry><text/></inputEntry><inputEntry><text >2</text></inputEntry>
    <outputEntry expressionLanguage='https://www.omg.org/spec/DMN/20230324/FEEL/'>
    <text>3</text></outputEntry></rule>""",
    "<!-- a comment between -->",
    "<e:rule xmlns:e='urn:other'/>",
)


def file(rules: str, *, prefix: str = "", around: str = "{}", policy: str = "FIRST") -> str:
    """Return a model with one table of two inputs and an output."""
    table = (
        f'<decisionTable hitPolicy="{policy}">'
        "<input><inputExpression><text>a</text></inputExpression></input>"
        "<input><inputExpression><text>b</text></inputExpression></input>"
        f'<output name="o"/>\n{rules}</decisionTable>'
    )
    default = f'xmlns:{prefix}="{NAMESPACE}"' if prefix else f'xmlns="{NAMESPACE}"'
    text = (
        f'<definitions {default} name="m" namespace="urn:m">\n'
        f'<decision name="D" id="d">{around.format(table)}</decision>\n</definitions>'
    )
    return prefixed(text, prefix) if prefix else text


def prefixed(text: str, prefix: str) -> str:
    return text.replace("</", "\0").replace("<", f"<{prefix}:").replace("\0", f"</{prefix}:")


def plain(row: int, cells: tuple[str, ...] = ("1", "2", "3"), **spelling: str) -> str:
    """Return a plain rule."""
    kinds = ("input", "input", "output", *["annotation"] * (len(cells) - 3))
    gap, its_id = spelling.get("gap", ""), spelling.get("id", "").format(row=row)
    entries = gap.join(
        f"<{kind}Entry{'' if kind == 'annotation' else spelling.get('entry_id', '')}>{gap}"
        f"<text>{cell}</text></{kind}Entry>".format(row=row, column=column)
        for column, (kind, cell) in enumerate(zip(kinds, cells, strict=True))
    )
    about = spelling.get("description")
    described = f"<description>{about}</description>" if about is not None else ""
    return f"<rule{its_id}>{gap}{described}{entries}{gap}</rule>{gap}"


def table_of(definitions: Definitions) -> DecisionTable:
    (decision,) = definitions.decisions
    assert isinstance(decision, Decision)
    assert isinstance(decision.logic, DecisionTable)
    return decision.logic


def both(text: str) -> tuple[DecisionTable, DecisionTable]:
    """Return the table read with runs, and tag by tag."""
    data = text.encode()
    thorough = definitions_of(parse_xml(data, "m.dmn"))
    return table_of(read_definitions(data, "m.dmn")), table_of(thorough)


def told(rule: Rule) -> Iterator[Any]:
    """Yield everything a rule says, with every place."""
    yield rule.row, rule.id, rule.name, rule.label, rule.description, rule.annotations
    yield rule.span.text, str(rule.span), str(rule.span.end_place)
    for cells in (rule.inputs, rule.outputs):
        yield len(cells)
        for cell in cells:
            yield list(_places(cell)) if cell is not None else None


def _places(text: Text) -> Iterator[Any]:
    yield text.text, text.span.picture()
    for offset in range(len(text.text) + 1):
        yield text.source.place(offset)


SPELLINGS = st.fixed_dictionaries(
    {
        "gap": st.sampled_from(["", "\n    ", "\r\n\t", " "]),
        "id": st.sampled_from(IDS),
        "entry_id": st.sampled_from(ENTRY_IDS),
    },
    optional={"description": st.sampled_from(["", "why &amp; how", "é"])},
)


@settings(deadline=None, max_examples=40)
@given(st.data(), SPELLINGS, st.integers(0, 2), st.sampled_from(["", "dmn", "d.m-n"]))
def test_a_run_says_what_its_tags_say(
    data: st.DataObject, spelling: dict[str, str], annotations: int, prefix: str
) -> None:
    cells = st.tuples(*[st.sampled_from(CELLS)] * (3 + annotations))
    rows = [
        plain(row, cells, **spelling)
        for row, cells in enumerate(data.draw(st.lists(cells, min_size=60, max_size=60)), 1)
    ]
    if not prefix:
        for _ in range(data.draw(st.integers(0, 2))):
            place = data.draw(st.integers(0, len(rows) - 1))
            rows[place] = data.draw(st.sampled_from(ODD)).replace("{row}", str(place))
    quick, thorough = both(file("".join(rows), prefix=prefix))
    assert isinstance(quick.rules, RunRules)
    assert isinstance(thorough.rules, tuple)
    assert [list(told(rule)) for rule in quick.rules] == [
        list(told(rule)) for rule in thorough.rules
    ]


RULES = "".join(plain(row) for row in range(MIN_RUN))
NOT_RULES = {
    "comment": f"<!--{RULES}-->",
    "CDATA": f"<description><![CDATA[{RULES}]]></description>",
    "instruction": f"<?x {RULES}?>",
    "another namespace": f"<extensionElements><x xmlns='urn:x'>{RULES}</x></extensionElements>",
    "a table of another tool": "<extensionElements><decisionTable xmlns='urn:x'>"
    f"{RULES}</decisionTable></extensionElements>",
    "a table in extension elements": "<extensionElements><decisionTable>"
    f"{RULES}</decisionTable></extensionElements>",
}


@pytest.mark.parametrize("where", NOT_RULES.values(), ids=NOT_RULES)
@pytest.mark.parametrize("own", [plain(1), RULES])
def test_what_only_looks_like_rules_is_none(where: str, own: str) -> None:
    quick, thorough = both(file(where + own if where[1] != "?" else own + where))
    rules = [list(told(rule)) for rule in quick.rules]
    assert rules == [list(told(rule)) for rule in thorough.rules]
    assert len(rules) == (1 if own == plain(1) else MIN_RUN)


def run_and(more: str) -> str:
    return file(RULES + more)


FAULTY = {
    "too few inputs": file(RULES.replace("<inputEntry><text>2</text></inputEntry>", "")),
    "too many outputs": file(
        RULES.replace("</rule>", "<outputEntry><text>4</text></outputEntry></rule>")
    ),
    "a rule with other entries": run_and("<rule><outputEntry><text>1</text></outputEntry></rule>"),
    "an id in two rules": file(RULES.replace("<rule>", '<rule id="twice">', 2)),
    "an id in a rule and before": file(RULES.replace("<rule>", '<rule id="d">', 1)),
    "an id in a rule and behind": file(
        RULES.replace("<rule>", '<rule id="e">', 1), around="{}<x xmlns='urn:x'/>"
    ).replace("</decision>", '</decision><inputData id="e" name="e"/>'),
    "an unknown entity": file(RULES.replace("<text>2<", "<text>&uml;<", 1)),
    "a control character": file(RULES.replace("<text>2<", "<text>\x02<", 1)),
    "a tag that is not closed": file(RULES + "<rule>"),
    "a tag closed twice": file(RULES + "</rule>"),
    "text between rules": file(RULES + "text" + RULES),
    "]]> in a text": file(RULES.replace("<text>2<", "<text>]]&gt;]]><", 1)),
    "another language": file(RULES).replace("name=", "expressionLanguage='urn:js' name=", 1),
    "a document type": "<!DOCTYPE x []>" + file(RULES),
}


@pytest.mark.parametrize("text", FAULTY.values(), ids=FAULTY)
def test_faults_are_told_as_without_runs(text: str) -> None:
    data = text.encode()
    with pytest.raises(ModelError) as quick:
        read_definitions(data, "m.dmn")
    with pytest.raises(ModelError) as thorough:
        definitions_of(parse_xml(data, "m.dmn"))
    assert list(map(str, quick.value.notes)) == list(map(str, thorough.value.notes))


def test_a_text_that_looks_like_an_id_is_no_fault() -> None:
    quick, _ = both(file(RULES.replace("<text>2<", '<text> id="x"<', 2)))
    assert len(quick.rules) == MIN_RUN


def test_rules_are_a_sequence() -> None:
    rules = both(file(RULES + ODD[0] + RULES))[0].rules
    assert isinstance(rules, RunRules)
    assert len(rules) == 2 * MIN_RUN + 1
    assert rules[-1].row == len(rules)
    assert [rule.row for rule in rules[MIN_RUN - 1 : MIN_RUN + 2]] == [24, 25, 26]
    assert rules[MIN_RUN].label == "x"
    assert all(rules[index] is rules[index] for index in range(len(rules)))
    with pytest.raises(IndexError):
        rules[len(rules)]
