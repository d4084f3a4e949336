"""The workloads as JDM graphs, the model format of zen-engine, made from the DMN files.

In: decision tables. Out: a JDM document, one table node a decision, whose result has each
decision's value under its name. What zen-engine does otherwise is in `DIFFERENCES`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bench.tables import Table

DIFFERENCES = (
    "takes and gives binary floats: its numbers are compared with a tolerance of 1e-9",
    "has no hit policy UNIQUE: its tables stop at the first rule that matches",
    "leaves a decision without a hit out of its result; that counts as null here",
    (
        "has no function that joins texts: W4 runs five of the six expressions there, and all six"
        " here, except in the line on what zen-engine has"
    ),
)

_CONTAINS = re.compile(r"list contains\((\w+), ")

Node = dict[str, Any]


def graph(tables: Sequence[Table]) -> Node:
    """Return the JDM document of a requirement graph of decision tables."""
    edges = [("in", table.decision) for table in tables]
    edges += [(name, table.decision) for table in tables for name in table.requires]
    edges += [(table.decision, "out") for table in tables]
    return _document([_table_node(table) for table in tables], edges)


def labs() -> Node:
    """Return the JDM document of W4, without `abnormal`.

    JDM cannot sort, so the latest haemoglobin is the one of the latest date, which is computed in a
    first node; everything else is written as in the DMN model.
    """
    first = {
        "hb": 'filter(labs, #.code == "HB")',
        "latest": "max(map($.hb, date(#.taken)))",
    }
    recent = 'filter(labs, #.code == "B12" and date(#.taken) >= date(today) - duration("180d"))'
    gaps = "map([1..(len(labs) - 1)], date(labs[#].taken) - date(labs[# - 1].taken))"
    second = {
        "recent_b12": f"len({recent})",
        "mean_b12": 'avg(map(filter(labs, #.code == "B12"), #.value))',
        "latest_hb": "filter(hb, date(#.taken) == latest)[0].value",
        "all_hb_ok": 'all(filter(labs, #.code == "HB"), #.value >= 60)',
        "max_gap": f"max({gaps}) / 86400",
    }
    nodes = [_expressions("lists", first), _expressions("answers", second)]
    edges = [("in", "lists"), ("in", "answers"), ("lists", "answers"), ("answers", "out")]
    return _document(nodes, edges)


def _document(nodes: Sequence[Node], edges: Sequence[tuple[str, str]]) -> Node:
    ends = [
        {"id": "in", "name": "in", "type": "inputNode", "content": {}},
        {"id": "out", "name": "out", "type": "outputNode", "content": {}},
    ]
    joined = [
        {"id": f"edge {number}", "sourceId": source, "targetId": target, "type": "edge"}
        for number, (source, target) in enumerate(edges)
    ]
    kind = "application/vnd.gorules.decision"
    return {"contentType": kind, "nodes": [*ends, *nodes], "edges": joined}


def _expressions(name: str, expressions: dict[str, str]) -> Node:
    listed = [{"id": key, "key": key, "value": value} for key, value in expressions.items()]
    content = {"expressions": listed}
    return {"id": name, "name": name, "type": "expressionNode", "content": content}


def _table_node(table: Table) -> Node:
    inputs = [
        {"id": f"i{column}", "name": text, "field": _CONTAINS.sub(r"contains(\1 ?? [], ", text)}
        for column, text in enumerate(table.inputs)
    ]
    outputs = [
        {"id": f"o{column}", "name": field, "field": field}
        for column, field in enumerate(_fields(table))
    ]
    rules = [
        {
            "_id": f"r{number}",
            **{f"i{column}": _cell(text) for column, text in enumerate(cells)},
            **{f"o{column}": text for column, text in enumerate(results)},
        }
        for number, (cells, results) in enumerate(zip(table.cells, table.results, strict=True))
    ]
    content = {"hitPolicy": "first", "inputs": inputs, "outputs": outputs, "rules": rules}
    name = table.decision
    return {"id": name, "name": name, "type": "decisionTableNode", "content": content}


def _fields(table: Table) -> list[str]:
    """Return where outputs go; `x[]` collects the outputs of all rules that match."""
    if len(table.outputs) > 1:
        return [f"{table.decision}.{output}" for output in table.outputs]
    return [table.decision + ("[]" if table.hit_policy == "COLLECT" else "")]


def _cell(text: str) -> str:
    return "" if text == "-" else text
