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
from bisect import bisect_left
from collections.abc import Iterable
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any

Data = dict[str, Any]  # what the JSON holds

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


class Axis:
    """The parts of a column, in order, and where numbers stand among them."""

    def __init__(self, data: Data) -> None:
        self.name: str = data["name"]
        self.size = len(data["parts"])
        self.places = {part[1]: at for at, part in enumerate(data["parts"]) if part[0] != "gap"}
        self.null = 1 << self.places["null"] if "null" in self.places else 0
        self.unseen = sum(1 << at for at, part in enumerate(data["parts"]) if part[0] == "unseen")
        self.ends: list[tuple[Decimal, bool]] = []  # of the points and gaps; whether it is a point
        self.numbers: dict[str, tuple[int, int]] = {}
        if data["type"] == "number":
            ordered = [part for part in data["parts"] if part[0] in ("point", "gap")]
            for kind, *ends in ordered:
                low = Decimal(ends[0]) if ends[0] is not None else Decimal("-Infinity")
                if self.ends and low < self.ends[-1][0]:
                    raise ProofError(f"the parts of {self.name!r} are not in order")
                high = Decimal(ends[-1]) if ends[-1] is not None else Decimal("Infinity")
                self.ends.append((high, kind == "point"))
            self.lows = [part[1] for part in ordered]

    def place(self, number: str) -> tuple[int, int]:
        """Return how many parts lie below a number, and 1 if the next part is the number."""
        if number not in self.numbers:
            value = Decimal(number)
            at = bisect_left(self.ends, (value, True))
            here = at < len(self.ends) and self.ends[at] == (value, True)
            if at < len(self.ends) and not here:
                low = self.lows[at]
                if low is None or Decimal(low) < value:
                    raise ProofError(f"{number} cuts a part of {self.name!r}")
            self.numbers[number] = at, int(here)
        return self.numbers[number]

    def mask(self, cell: str) -> int:
        """Return the parts on which a plain cell is certainly true, null among them."""
        if cell.strip() in ("", "-"):
            return (1 << self.size) - 1
        inner = re.fullmatch(r"\s*not\s*\((.*)\)\s*", cell, re.DOTALL)
        text, at, true, null = inner[1] if inner else cell, 0, 0, False
        compares = False
        while at < len(text) or not at:
            match = TEST.match(text, at)
            if match is None:
                raise ProofError(f"the cell {cell!r} cannot be read again")
            null |= match["word"] == "null"
            compares |= bool(match["open"] or match["sign"] not in (None, "="))
            true |= self.test(match)
            at = match.end()
        if inner is None:
            return true | (self.null if null else 0)
        known = ((1 << self.size) - 1) & ~self.null & ~self.unseen
        return (known & ~true) | (self.null if not null and not compares else 0)

    def test(self, match: re.Match[str]) -> int:
        """Return the parts, without null, on which one test is true."""
        word = match["text"] or match["word"]
        if word:
            return 1 << self.places[word] if word in self.places and word != "null" else 0
        count = len(self.ends)
        if match["number"] or match["sign"] == "=":
            below, here = self.place(match["number"] or match["end"])
            return here << below
        low, high = 0, count
        if match["sign"] in ("<", "<="):
            below, here = self.place(match["end"])
            high = below + (here if match["sign"] == "<=" else 0)
        elif match["sign"]:
            below, here = self.place(match["end"])
            low = below + (here if match["sign"] == ">" else 0)
        else:
            below, here = self.place(match["low"])
            low = below + (here if match["open"] != "[" else 0)
            below, here = self.place(match["high"])
            high = below + (here if match["close"] == "]" else 0)
        return ((1 << max(high - low, 0)) - 1) << low


def boxes_of(data: Data, rules: Iterable[list[str]]) -> tuple[list[list[int]], int]:
    """Return the box of each rule, one mask an axis, and how many cells were taken as given."""
    axes = [Axis(each) for each in data["axes"]]
    columns = [axes[place] for place in data["columns"]]
    given: list[dict[str, str]] = data["given"]
    known: list[dict[str, int]] = [{} for _ in columns]
    boxes = []
    for cells in rules:
        box = [(1 << axis.size) - 1 for axis in axes]
        for column, (cell, place) in enumerate(zip(cells, data["columns"], strict=True)):
            mask = known[column].get(cell)
            if mask is None:
                taken = given[column].get(cell)
                mask = int(taken, 16) if taken is not None else columns[column].mask(cell)
                known[column][cell] = mask
            box[place] &= mask
        boxes.append(box)
    return boxes, sum(
        len(each.keys() & taken.keys()) for each, taken in zip(known, given, strict=True)
    )


# the proofs ---------------------------------------------------------------------------------------


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
