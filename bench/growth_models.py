"""Models of any size, as DMN files: tables of many rules, and chains of many decisions.

In: a size. Out: the text of a DMN file. Sizes are exact, texts the same each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="grown" name="grown" '
    'namespace="http://example.org/grown">\n'
)
_TAIL = "</definitions>\n"


def many_rules(rules: int) -> str:
    """Return a table over two numbers, whose rules are the cells of a grid."""
    side = isqrt(rules - 1) + 1
    return _table("FIRST", (("x", "number"), ("y", "number")), (
        (f"[{10 * (rule % side)}..{10 * (rule % side) + 10})",
         f"[{10 * (rule // side)}..{10 * (rule // side) + 10})")
        for rule in range(rules)
    ))  # fmt: skip


def inputs_for_rules(rules: int, count: int) -> list[dict[str, object]]:
    """Return inputs that are spread over the rules of `many_rules`."""
    side = isqrt(rules - 1) + 1
    hit = [number * max(1, rules // count) % rules for number in range(count)]
    return [{"x": 10 * (rule % side) + 5, "y": 10 * (rule // side) + 5} for rule in hit]


def distinct_thresholds(rules: int) -> str:
    """Return a table of five numbers and three texts in which no two bounds are the same."""
    columns = [(f"n{column}", "number") for column in range(5)]
    columns += [(f"e{column}", "string") for column in range(3)]

    def cells(rule: int) -> tuple[str, ...]:
        numbers = [
            f"[{2 * _scattered(rule, column, rules)}.{column}"
            f"..{2 * _scattered(rule, column, rules) + 1 + 2 * rules // 4}.{column}5)"
            for column in range(5)
        ]
        texts = ['"a","b"' if (rule + column) % 3 else "-" for column in range(3)]
        return (*numbers, *texts)

    return _table("FIRST", tuple(columns), (cells(rule) for rule in range(rules)))


def _scattered(rule: int, column: int, rules: int) -> int:
    """Return a number below `rules`, another one for each rule."""
    step = (7919, 104_729, 1_299_709, 15_485_863, 32_452_843)[column]
    return rule * step % rules


def _table(
    policy: str, inputs: tuple[tuple[str, str], ...], rules: Iterator[tuple[str, ...]]
) -> str:
    parts = [_HEAD]
    parts += [
        f'  <inputData id="i_{name}" name="{name}"><variable name="{name}" typeRef="{kind}"/>'
        "</inputData>\n"
        for name, kind in inputs
    ]
    parts.append('  <decision id="d_code" name="code"><variable name="code" typeRef="string"/>\n')
    parts += [_requires("Input", f"i_{name}") for name, _ in inputs]
    parts.append(f'    <decisionTable id="table" hitPolicy="{policy}">\n')
    parts += [
        f'      <input id="c_{name}"><inputExpression id="x_{name}" typeRef="{kind}">'
        f"<text>{name}</text></inputExpression></input>\n"
        for name, kind in inputs
    ]
    parts.append('      <output id="o" typeRef="string"/>\n')
    parts += [_rule(number, cells) for number, cells in enumerate(rules)]
    parts += ["    </decisionTable>\n  </decision>\n", _TAIL]
    return "".join(parts)


def _requires(kind: str, target: str) -> str:
    return (
        f'    <informationRequirement id="q_{target}"><required{kind} href="#{target}"/>'
        "</informationRequirement>\n"
    )


def _rule(number: int, cells: tuple[str, ...]) -> str:
    """Return a rule without identifiers, as the largest tables just fit the limit of a file."""
    entries = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in cells)
    return f'<rule>{entries}<outputEntry><text>"R{number}"</text></outputEntry></rule>\n'


def chain(decisions: int) -> str:
    """Return decisions that each look at the one before: a table of three rules."""
    parts = [_HEAD, '  <inputData id="d0" name="d0"><variable name="d0" typeRef="number"/>']
    parts.append("</inputData>\n")
    for number in range(1, decisions + 1):
        before = f"d{number - 1}"
        parts.append(
            f'  <decision id="d{number}" name="d{number}">'
            f'<variable name="d{number}" typeRef="number"/>\n'
            + _requires("Input" if number == 1 else "Decision", before).replace("q_", f"q{number}_")
            + f'    <decisionTable id="t{number}" hitPolicy="UNIQUE">\n'
            f'      <input id="c{number}"><inputExpression id="x{number}" typeRef="number">'
            f"<text>{before}</text></inputExpression></input>\n"
            f'      <output id="o{number}" typeRef="number"/>\n'
        )
        for rule, (cell, output) in enumerate((("< 3", 5), ("[3..6]", 8), ("> 6", 2))):
            parts.append(
                f'      <rule id="r{number}_{rule}">'
                f'<inputEntry id="r{number}_{rule}i"><text>{cell.replace("<", "&lt;")}</text>'
                f'</inputEntry><outputEntry id="r{number}_{rule}o"><text>{output}</text>'
                "</outputEntry></rule>\n"
            )
        parts.append("    </decisionTable>\n  </decision>\n")
    return "".join([*parts, _TAIL])
