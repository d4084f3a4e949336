"""Check a certificate of a decision table: alone, with nothing but Python's standard library.

    python certificate_checker.py CERTIFICATE.json [decisions.dmn]

In: a certificate that `guidewright verify --certificates` wrote, and the DMN file it is about. Out:
exit code 0 and one line when the proof holds, else 1 and the reason. The cells are read again here,
by other code than the engine's; what is too rich for it is taken as given, and counted. With the
file, the cells of the certificate are compared with those of the table.
"""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any

Data = dict[str, Any]  # what the JSON holds
Part = list[Any]  # the kind of a part, and its value or its two ends

NUMBER = r"-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
TEST = re.compile(
    rf"""\s*(?:(?P<text>"[^"\\]*")|(?P<word>null|true|false)|(?P<sign><=|>=|<|>|=)\s*(?P<end>{NUMBER})
    |(?P<open>[\[\](])\s*(?P<low>{NUMBER})\s*\.\.\s*(?P<high>{NUMBER})\s*(?P<close>[\])\[])
    |(?P<number>{NUMBER}))\s*(?:,|$)""",
    re.VERBOSE,
)


class ProofError(Exception):
    """The certificate proves nothing; the text says why."""


# reading cells again ------------------------------------------------------------------------------


def truth(cell: str, part: Part) -> bool:
    """Say whether a plain cell is certainly true on a whole part of an axis."""
    inner = re.fullmatch(r"\s*not\s*\((.*)\)\s*", cell, re.DOTALL)
    positive = one_of(inner[1] if inner else cell, part)
    if inner:
        return positive is False
    return positive is True


def one_of(cell: str, part: Part) -> bool | None:
    """Return whether one of the tests is true: True, False, or None for null."""
    answers: list[bool | None] = []
    at = 0
    while at < len(cell) or not answers:
        match = TEST.match(cell, at)
        if match is None:
            raise ProofError(f"the cell {cell!r} cannot be read again")
        answers.append(test(match, part))
        at = match.end()
    return True if True in answers else None if None in answers else False


def test(match: re.Match[str], part: Part) -> bool | None:
    """Return the truth of one test on a part."""
    kind, *values = part
    if match["text"] or match["word"]:
        return kind != "gap" and bool(values[0] == (match["text"] or match["word"]))
    if kind == "null":
        return None if match["sign"] not in (None, "=") or match["open"] else False
    low, high = ends(part)
    if match["number"] or match["sign"] == "=":
        return low == high == Fraction(match["number"] or match["end"])
    if match["open"]:
        above = at_least(low, kind, Fraction(match["low"]), match["open"] == "[")
        return above and at_most(high, kind, Fraction(match["high"]), match["close"] == "]")
    end, included = Fraction(match["end"]), "=" in match["sign"]
    if match["sign"] in ("<", "<="):
        return at_most(high, kind, end, included)
    return at_least(low, kind, end, included)


def ends(part: Part) -> tuple[Fraction | None, Fraction | None]:
    """Return the lowest and highest value of a point or gap; None is no bound."""
    kind, *values = part
    if kind not in ("point", "gap"):
        raise ProofError(f"numbers are compared with the part {part}")
    found = [None if each is None else Fraction(each) for each in values]
    return (found[0], found[0]) if kind == "point" else (found[0], found[1])


def at_least(low: Fraction | None, kind: str, end: Fraction, included: bool) -> bool:
    """Say whether a part that begins at `low` lies above an end."""
    if low is None:
        return False
    return low > end or (low == end and (included or kind == "gap"))


def at_most(high: Fraction | None, kind: str, end: Fraction, included: bool) -> bool:
    """Say whether a part that ends at `high` lies below an end."""
    if high is None:
        return False
    return high < end or (high == end and (included or kind == "gap"))


def boxes_of(data: Data, rules: Iterable[list[str]]) -> tuple[list[list[int]], int]:
    """Return the box of each rule, one mask an axis, and how many cells were taken as given."""
    known: dict[tuple[int, str], int] = {}
    given: set[tuple[int, str]] = set()
    boxes = []
    for cells in rules:
        box = [(1 << len(axis["parts"])) - 1 for axis in data["axes"]]
        for column, (cell, place) in enumerate(zip(cells, data["columns"], strict=True)):
            if (column, cell) not in known:
                parts = data["axes"][place]["parts"]
                if cell in data["given"][column]:
                    given.add((column, cell))
                    known[column, cell] = int(data["given"][column][cell], 16)
                elif cell.strip() in ("", "-"):
                    known[column, cell] = (1 << len(parts)) - 1
                else:
                    true = (1 << at for at, part in enumerate(parts) if truth(cell, part))
                    known[column, cell] = sum(true)
            box[place] &= known[column, cell]
        boxes.append(box)
    return boxes, len(given)


# the proofs ---------------------------------------------------------------------------------------


def check_axes(data: Data) -> None:
    """See that the parts of every ordered axis follow each other without a hole inside."""
    for axis in data["axes"]:
        last: Fraction | None = None
        for part in axis["parts"]:
            if part[0] not in ("point", "gap") or axis["type"] != "number":
                continue
            low, high = ends(part)
            if last is not None and low is not None and low < last:
                raise ProofError(f"the parts of {axis['name']!r} are not in order")
            last = high if high is not None else last


def check_tree(data: Data, boxes: list[list[int]]) -> int:
    """Walk the tree of cuts; every leaf must lie in the box it names. Return how many are gaps."""
    pieces = boxes + [[int(mask, 16) for mask in box] for box in data["gaps"]]
    for box in pieces[len(boxes) :]:
        for rule in boxes:
            if all(one & other for one, other in zip(box, rule, strict=True)):
                raise ProofError("a gap meets a rule")
    space = [int(mask, 16) for mask in data["space"]]
    todo, tree, at, gaps = [space], data["tree"], 0, 0
    while todo:
        box = todo.pop()
        token = tree[at]
        if token < 0:
            axis, cut = -2 - token, tree[at + 1]
            at += 2
            first = (1 << cut) - 1 if cut >= 0 else -cut
            for mask in (box[axis] & ~first, box[axis] & first):
                todo.append([*box[:axis], mask, *box[axis + 1 :]])
        else:
            at += 1
            if any(mine & ~theirs for mine, theirs in zip(box, pieces[token], strict=True)):
                raise ProofError("a leaf of the tree does not lie in the rule it names")
            gaps += token >= len(boxes)
    if at != len(tree):
        raise ProofError("the tree has more leaves than places")
    return gaps


def check_disjoint(boxes: list[list[int]]) -> None:
    """See that every two boxes are apart on some axis."""
    for one, other in combinations(boxes, 2):
        if all(a & b for a, b in zip(one, other, strict=True)):
            raise ProofError("two rules meet")


def check_file(data: Data, path: str) -> None:
    """Compare the cells of the certificate with those of the table in the file."""
    for table in ElementTree.parse(path).iter():  # noqa: S314 - the reader's own file
        if table.tag.endswith("}decisionTable") and table.get("id") == data["table"]:
            written = {
                rule.get("id"): cells_in(rule) for rule in table if rule.tag.endswith("}rule")
            }
            for name, cells in data["rules"].items():
                if written.get(name) != cells:
                    raise ProofError(
                        f"rule {name!r} of the file is another one: {written.get(name)}"
                    )
            return
    raise ProofError(f"the file has no table {data['table']!r}")


def cells_in(rule: ElementTree.Element) -> list[str]:
    """Return the texts of the input entries of a rule."""
    texts = [entry.findtext("{*}text") or "" for entry in rule if entry.tag.endswith("}inputEntry")]
    return [text.strip() or "-" for text in texts]


def check(data: Data, path: str | None = None) -> str:
    """Return what the certificate proves, in words; raise `ProofError` when it does not."""
    if path is not None:
        check_file(data, path)
    check_axes(data)
    boxes, given = boxes_of(data, data["rules"].values())
    assumed = f"; {given} cells taken as given" if given else ""
    if data["kind"] == "table-disjoint":
        check_disjoint(boxes)
        return f"no two rules of {data['decision']!r} match together{assumed}"
    gaps = check_tree(data, boxes)
    if data["kind"] == "rule-covered":
        (box,), _ = boxes_of(data, [data["rule"]])
        outside = zip(box, data["space"], strict=True)
        if gaps or any(mine & ~int(theirs, 16) for mine, theirs in outside):
            raise ProofError("the rule is not covered")
        return f"a rule of {data['decision']!r} never decides{assumed}"
    if data["kind"] != "table-cover" or gaps:
        raise ProofError("the tree has gaps" if gaps else f"there is no kind {data['kind']!r}")
    return f"every value in the space of {data['decision']!r} meets a rule{assumed}"


if __name__ == "__main__":
    try:
        print(check(json.loads(Path(sys.argv[1]).read_text("utf-8")), *sys.argv[2:3]))  # noqa: T201
    except (ProofError, IndexError, KeyError, ValueError) as why:
        sys.exit(f"not proved: {why}")
