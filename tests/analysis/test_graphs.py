"""Each check across tables finds its fault, with a patient the engine was run for, and only it."""

from __future__ import annotations

import pytest
from small_guides import guide_of

import guidewright as gw
from guidewright.analysis import conflicts, graph_texts, graphs, hazards, missing_advice
from guidewright.analysis.checks import CHECKS
from guidewright.analysis.findings import EvidenceKind, Verdict

_ = (conflicts, graph_texts, graphs, hazards, missing_advice)

CLASS = """
class : string | U | level: tLevel
  low  | < 5      || "low"
  mid  | [5..10]  || "middle"
  high | > 10     || "high"
"""
ITEMS = "tLevel: number = [0..100]"


def found(guide, code):
    return list(CHECKS[code].find(guide))


def verdicts(findings):
    return [(each.verdict, *each.about.rules) for each in findings]


def test_a_rule_that_what_feeds_it_never_lets_fire(tmp_path):
    text = (
        CLASS
        + """
advice : string | F | class | age: number
  rest  | "low"             | -    || "rest"
  child | "middle", "high"  | < 18 || "see a children's doctor"
  odd   | "very high"       | -    || "hospital"
  none  | -                 | -    || "nothing"
"""
    )
    guide = guide_of(tmp_path, text, items=ITEMS)
    findings = found(guide, "graph.rule-unreachable")
    assert verdicts(findings) == [(Verdict.VIOLATED, "odd")]
    assert findings[0].evidence.kind is EvidenceKind.CERTIFICATE
    assert "(check-sat)" in findings[0].certificate.data["script"]
    (named,) = found(guide, "graph.value-not-produced")
    assert "'class' is never \"very high\"" in named.text


def test_a_value_for_which_the_next_table_has_no_rule(tmp_path):
    text = (
        CLASS
        + """
advice : string | U | class
  rest | "low"  || "rest"
  work | "high" || "work"
"""
    )
    (finding,) = found(guide_of(tmp_path, text, items=ITEMS), "graph.value-unhandled")
    assert finding.verdict is Verdict.VIOLATED
    assert 5 <= finding.witness.inputs["level"] <= 10


@pytest.mark.parametrize("code", ["graph.rule-unreachable", "graph.value-unhandled",
                                  "graph.value-not-produced", "graph.null-handed-on",
                                  "decision.refused", "decision.null-output"])  # fmt: skip
def test_a_sound_graph_has_none_of_this(tmp_path, code):
    text = (
        CLASS
        + """
advice : string | U | class
  rest | "low"            || "rest"
  work | "middle", "high" || "work"
"""
    )
    assert found(guide_of(tmp_path, text, items=ITEMS), code) == []


def test_a_gap_that_leaves_the_next_decision_empty(tmp_path):
    text = """
class : string | U | level: number
  low  | < 5  || "low"
  high | > 5  || "high"

advice : string | U | class
  rest | "low"  || "rest"
  work | "high" || "work"
"""
    (finding,) = found(guide_of(tmp_path, text), "graph.null-handed-on")
    assert finding.witness.inputs == {"level": 5}


def test_a_division_by_zero_that_a_patient_can_reach(tmp_path):
    text = "dose : number | U | weight: number | age: number\n  d | - | < 18 || 100 / weight\n"
    (finding,) = found(guide_of(tmp_path, text), "decision.refused")
    assert finding.witness.inputs["weight"] == 0
    assert finding.witness.inputs["age"] < 18
    (null,) = found(guide_of(tmp_path, text), "decision.null-output")
    assert null.verdict is Verdict.VIOLATED
    items = "tWeight: number = > 0"
    safe = text.replace("weight: number", "weight: tWeight")
    assert found(guide_of(tmp_path, safe, items=items), "decision.refused") == []
    guarded = text.replace("100 / weight", "if weight > 0 then 100 / weight else 0")
    assert found(guide_of(tmp_path, guarded), "decision.refused") == []


ANSWERS = """
tablets : string | C | mild: boolean
  t | true || "oral"; S1; {known}

needles : string | C | cause: string
  n | "pernicious" || "injection"; S2; {known}
"""
SECTION = "  - {title: Treatment, role: answer, decisions: [tablets, needles]}"


@pytest.mark.parametrize(("known", "severity"), [("", "warning"), ("A1", "info")])
def test_two_tables_that_contradict_each_other(tmp_path, known, severity):
    guide = guide_of(tmp_path, ANSWERS.replace("{known}", known), outcome=SECTION)
    (finding,) = found(guide, "guideline.conflict")
    assert finding.witness.inputs == {"mild": True, "cause": "pernicious"}
    assert finding.severity == severity
    assert "S1: “oral”, and S2: “injection”" in finding.text


def test_answers_that_never_meet_do_not_contradict(tmp_path):
    text = (
        ANSWERS.replace("{known}", "")
        .replace("cause: string", "mild: boolean")
        .replace('"pernicious"', "false")
    )
    assert found(guide_of(tmp_path, text, outcome=SECTION), "guideline.conflict") == []


def test_a_section_that_says_nothing_to_a_patient_with_all_data(tmp_path):
    outcome = "  - {title: Class, role: answer, decisions: [class]}"
    text = 'class : string | U | level: number\n  low | < 5 || "low"\n  high | > 5 || "high"\n'
    (finding,) = found(guide_of(tmp_path, text, outcome=outcome), "guideline.no-answer")
    assert finding.witness.inputs == {"level": 5}
    gaps = outcome + "\n  - {title: Open, role: gaps, decisions: [open]}"
    text += '\nopen : string | C | level: number\n  five | 5 || "nothing is said of 5"\n'
    assert found(guide_of(tmp_path, text, outcome=gaps), "guideline.no-answer") == []


def test_what_the_solver_cannot_look_into_is_searched_for_or_left_open(tmp_path):
    outcome = "  - {title: Word, role: answer, decisions: [word]}"
    text = 'word : string | U | name: string\n  one | string length(?) > 3 || "long"\n'
    (finding,) = found(guide_of(tmp_path, text, outcome=outcome), "guideline.no-answer")
    assert finding.verdict is Verdict.VIOLATED  # found by trying
    text = (
        "word : string | U | name: string\n"
        '  one | string length(?) < 300         || "short"\n'
        '  two | string length(? + "a") >= 301  || "long"\n'
    )
    (open_,) = found(guide_of(tmp_path, text, outcome=outcome), "guideline.no-answer")
    assert open_.verdict is Verdict.UNKNOWN
    assert "string length" in open_.text


def test_what_nobody_uses_and_what_is_required_twice(tmp_path):
    text = CLASS + "\nspare : number = level + 1\n"
    (spare,) = found(guide_of(tmp_path, text, items=ITEMS), "graph.unused")
    assert spare.about.subject == "spare"
    assert spare.evidence.kind is EvidenceKind.TEXT
    guide = guide_of(tmp_path, CLASS, items=ITEMS)
    assert found(guide, "graph.unused") == []
    file = tmp_path / "decisions.dmn"
    need = '<informationRequirement><requiredInput href="#level"/></informationRequirement>'
    file.write_text(file.read_text().replace(need, need * 2))
    twice = found(gw.load(tmp_path), "graph.unused")
    assert [each.text for each in twice] == ["'class' requires 'level' twice"]


def test_types_that_differ_along_an_edge(tmp_path):
    items = ITEMS + "\ntOther: number = [0..50]\ntSame: number = [0..100]"
    guide_of(tmp_path, CLASS, items=items)
    file = tmp_path / "decisions.dmn"
    xml = file.read_text()
    file.write_text(
        xml.replace('inputExpression typeRef="tLevel"', 'inputExpression typeRef="tOther"')
    )
    (finding,) = found(gw.load(tmp_path), "graph.type-differs")
    assert "tOther, and 'level' is tLevel" in finding.text
    file.write_text(
        xml.replace('inputExpression typeRef="tLevel"', 'inputExpression typeRef="tSame"')
    )
    assert found(gw.load(tmp_path), "graph.type-differs") == []


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        (("< 65", ">= 65"), ("<= 65", "> 65"), "age 65 counts as above in 'a' and as below in 'b'"),
        (("< 65", ">= 65"), ("< 66", ">= 66"), "'a' cuts age at 65, 'b' at 66"),
        (("< 65", ">= 65"), ("< 65", ">= 65"), None),
        (("< 65", ">= 65"), ("< 18", ">= 18"), None),
        (("< 65", "> 65"), ("< 65", ">= 65"), None),  # a gap is another check's
    ],
)
def test_one_input_cut_in_two_ways(tmp_path, one, two, expected):
    lines = []
    for name, (low, high) in (("a", one), ("b", two)):
        lines.append(f"{name} : string | U | age: number")
        lines.append(f'  {name}0 | {low} || "young"\n  {name}1 | {high} || "old"')
    findings = found(guide_of(tmp_path, "\n".join(lines)), "graph.thresholds-differ")
    assert [each.text for each in findings] == ([expected] if expected else [])


SEVERITY = 'tSeverity: string = "mild", "severe"'
ROUTE = "  - {title: Route, role: answer, decisions: [route]}"
TOLD = """
route : string | U | severity: tSeverity
  tablets | not("severe") || "tablets"
  needle  | "severe"      || "injection"
"""
SILENT = """
risk : string | U | severity: tSeverity
  high | "severe"     || "high"
  low  | "mild", null || "low"

route : string | U | risk
  tablets | "low"  || "tablets"
  needle  | "high" || "injection"
"""


@pytest.mark.parametrize(
    ("text", "severity", "words"),
    [
        (TOLD, "info", "but the outcome lists it as missing"),
        (SILENT, "warning", "and the outcome does not list it as missing"),
    ],
)
def test_a_missing_datum_that_gives_weaker_advice(tmp_path, text, severity, words):
    guide = guide_of(tmp_path, text, items=SEVERITY, outcome=ROUTE)
    (finding,) = found(guide, "guideline.missing-weaker")
    assert finding.witness.first.inputs == {"severity": "severe"}
    assert finding.witness.second.inputs == {}
    assert finding.severity == severity
    assert words in finding.text


def test_a_missing_datum_that_changes_nothing(tmp_path):
    text = 'route : string | U | severity: tSeverity\n  all | - || "tablets"\n'
    guide = guide_of(tmp_path, text, items=SEVERITY, outcome=ROUTE)
    assert found(guide, "guideline.missing-weaker") == []
