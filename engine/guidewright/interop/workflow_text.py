"""A workflow as plain data -> the text of a `workflow.yaml` that people can go on editing.

In: maps, lists and scalars with the keys of docs/workflow-format.md, in the order in which they are
to be written. Out: YAML 1.2 that `workflow.reader` reads as the same values: what looks like a
number, a boolean or null but is a text stands in quotes; short maps and lists stand in one line.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.representer import RoundTripRepresenter
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from guidewright.yaml_reader import resolve

# a key whose text stands as a comment above the entry it is in; YAML cannot have it as a text
REMARK: Any = ("remark",)
_WIDTH = 96
_BLOCKS = {
    "states",
    "transitions",
    "exceptions",
    "branches",
    "phases",
    "compute",
}  # always one line an entry
_PLAIN = re.compile(r"""\w(?:[\w .;?!()/<>=+*'"-]*[\w.?!()/"'-])?""")  # no quotes needed


def workflow_text(document: Mapping[str, Any], heading: str = "") -> str:
    """Return the text of a workflow; `heading` are comment lines without their `#`."""
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.width = 10_000  # a long text stays in its line: differences are by the sentence
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    root = _node(document, "", 0)
    for key in ("phases", "compute", "exceptions", "states"):
        if key in root:
            root.yaml_set_comment_before_after_key(key, before="\n")
    out = io.StringIO()
    yaml.dump(root, out)
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    head = [f"# {line}".rstrip() for line in heading.splitlines()]
    return "\n".join([*head, *("" if line.strip() == "#" else line for line in lines), ""])


def _node(value: Any, key: str, depth: int) -> Any:
    """Return a value as ruamel writes it in our style."""
    if isinstance(value, Mapping):
        node = CommentedMap(
            (_scalar(name), _node(item, str(name), depth + 1))
            for name, item in value.items()
            if name != REMARK
        )
        if key not in _BLOCKS and _is_short(value):
            node.fa.set_flow_style()
        if key == "states":
            _remarks(node, value, depth)
        return node
    if isinstance(value, list | tuple):
        items = CommentedSeq(_node(item, "", depth + 1) for item in value)
        if key not in _BLOCKS:
            items.fa.set_flow_style()
        return items
    return _scalar(value)


def _remarks(node: CommentedMap, states: Mapping[str, Any], depth: int) -> None:
    """Put a blank line and its remark before each state."""
    for index, (name, state) in enumerate(states.items()):
        remark = state.get(REMARK, "") if isinstance(state, Mapping) else ""
        blank = "\n" if index and depth == 1 else ""
        if blank or remark:
            before = blank + " ".join(remark.split())
            node.yaml_set_comment_before_after_key(_scalar(name), before, indent=2 * depth)


def _is_short(value: Mapping[str, Any]) -> bool:
    nested = any(isinstance(item, Mapping) for item in value.values())
    return "kind" not in value and not nested and len(str(dict(value))) < _WIDTH


def _scalar(value: Any) -> Any:
    """Return a value with quotes where it would be read as something else without."""
    if isinstance(value, str):
        plain = _PLAIN.fullmatch(value) is not None and isinstance(resolve(value), str)
        return value if plain else DoubleQuotedScalarString(value)
    return value


class _Representer(RoundTripRepresenter):
    """Knows decimals, which are written as they are spelt."""

    def decimal(self, value: Decimal) -> Any:
        return self.represent_scalar("tag:yaml.org,2002:float", f"{value:f}")


_Representer.add_representer(Decimal, _Representer.decimal)
