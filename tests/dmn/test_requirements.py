"""The requirement graph: its order, what an element needs, and rings in it."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guidewright.dmn.model import Definitions
from guidewright.dmn.reader import read_definitions
from guidewright.dmn.requirements import (
    Arrow,
    Key,
    RequirementGraph,
    closure,
    element_key,
    find_cycles,
    required_inputs,
    requirement_graph,
    requirement_order,
)
from guidewright.errors import Code, ModelError

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
ARROWS = {
    "i": ("informationRequirement", "requiredInput"),
    "d": ("informationRequirement", "requiredDecision"),
    "b": ("knowledgeRequirement", "requiredKnowledge"),
    "s": ("knowledgeRequirement", "requiredKnowledge"),
    "k": ("authorityRequirement", "requiredAuthority"),
}
KINDS = {"i": "inputData", "d": "decision", "b": "businessKnowledgeModel", "k": "knowledgeSource"}


def model(*rows: str, namespace: str = "urn:m", imports: tuple[str, ...] = ()) -> bytes:
    """Return a file with an element a line; a row is `id: what it requires`.

    The first letter of an id is the kind of element; services (`s`) name their outputs.
    """
    lines = [f'<definitions xmlns="{NAMESPACE}" name="m" namespace="{namespace}">']
    lines += [f'<import name="{ns}" namespace="{ns}" importType="{NAMESPACE}"/>' for ns in imports]
    return "\n".join([*lines, *map(_element, rows), "</definitions>"]).encode()


def _element(row: str) -> str:
    name, _, required = row.partition(":")
    arrows = "".join(_arrow(name, target) for target in required.split())
    kind = KINDS.get(name[0], "decisionService")
    return f'<{kind} id="{name}" name="{name.upper()}">{arrows}</{kind}>'


def _arrow(name: str, target: str) -> str:
    href = f'href="{target}"' if "#" in target else f'href="#{target}"'
    if name[0] == "s":
        return f"<outputDecision {href}/>"
    outer, inner = ARROWS[target.rpartition("#")[2][0]]
    outer = "authorityRequirement" if name[0] == "k" else outer
    return f"<{outer}><{inner} {href}/></{outer}>"


def read(*rows: str) -> Definitions:
    return read_definitions(model(*rows), "m.dmn")


def ids(*models: Definitions) -> str:
    return " ".join(element.id or "" for element in requirement_order(*models))


def faults(*rows: str) -> list[str]:
    with pytest.raises(ModelError) as caught:
        read(*rows)
    assert {note.code for note in caught.value.notes} == {Code.CYCLE}
    return [str(note) for note in caught.value.notes]


ORDERS = [
    (["d2: d1 i1", "d1: b1", "b1:", "i1:"], "b1 d1 i1 d2"),
    (["d1:", "d2:", "d3:"], "d1 d2 d3"),
    (["d1: d3 d2", "d2:", "d3:"], "d3 d2 d1"),
    (["d3: s1", "d2: d1", "s1: d2", "d1:"], "d1 d2 s1 d3"),
    (["d1: k1", "k1: d1"], "d1"),  # authority is never computed
    (["b1: b1", "d1: b1"], "b1 d1"),  # recursion
    (["b1: b2", "b2: b1", "d1: b2"], "b1 b2 d1"),
]


@pytest.mark.parametrize(("rows", "order"), ORDERS)
def test_each_element_stands_after_what_it_requires(rows: list[str], order: str) -> None:
    assert ids(read(*rows)) == order


RINGS = [
    # elements, where the first of the ring has its name, the ring, the steps
    (["d1: d1"], "2:25", "'D1' -> 'D1'", "'D1' requires 'D1' at m.dmn:2:77"),
    (
        ["d0: d1", "d1: d2 d3", "d2: d4", "d3: d1", "d4: d1"],
        "3:25",
        "'D1' -> 'D3' -> 'D1'",
        "'D1' requires 'D3' at m.dmn:3:156; 'D3' requires 'D1' at m.dmn:5:77",
    ),
    (
        ["d1: s1", "s1: d1"],
        "2:25",
        "'D1' -> 'S1' -> 'D1'",
        "'D1' requires 'S1' at m.dmn:2:76; 'S1' requires 'D1' at m.dmn:3:58",
    ),
]


@pytest.mark.parametrize(("rows", "place", "ring", "steps"), RINGS)
def test_a_ring_is_named_whole(rows: list[str], place: str, ring: str, steps: str) -> None:
    (fault,) = faults(*rows)
    assert fault == (
        f"m.dmn:{place}: dmn.cycle: these require each other in a ring: {ring} ({steps})"
    )


def test_every_ring_is_named() -> None:
    assert len(faults("d1: d2", "d2: d1", "d3: d3", "d4: d1")) == 2


def test_a_ring_through_two_models() -> None:
    first = read_definitions(model("d1: urn:n#d1", imports=("urn:n",)), "m.dmn")
    second = read_definitions(model("d1: urn:m#d1", namespace="urn:n", imports=("urn:m",)), "n.dmn")
    assert ids(first) == "d1"
    with pytest.raises(ModelError) as caught:
        requirement_order(first, second)
    assert str(caught.value.notes[0]) == (
        "m.dmn:3:25: dmn.cycle: these require each other in a ring: 'D1' -> 'D1' -> 'D1' "
        "('D1' requires 'D1' at m.dmn:3:77; 'D1' requires 'D1' at n.dmn:3:77)"
    )


def test_several_models() -> None:
    first = read_definitions(model("d1: urn:n#d2 i1", "i1:", imports=("urn:n",)), "m.dmn")
    second = read_definitions(model("d2: i1", "i1:", namespace="urn:n"), "n.dmn")
    graph = requirement_graph(first, second)
    key = element_key(first, next(first.decisions))
    assert key == ("urn:m", "d1")
    assert closure(graph, key) == (
        *(("urn:n", "i1"), ("urn:n", "d2")),
        *(("urn:m", "i1"), ("urn:m", "d1")),
    )
    assert len(required_inputs(graph, key)) == 2


def test_what_an_element_needs() -> None:
    definitions = read("d1: d2 i1", "d2: i2 b1", "d3: i3", "b1:", "i1:", "i2:", "i3:", "s1: d3")
    graph = requirement_graph(definitions)

    def needed(*names: str) -> str:
        return " ".join(key[1] for key in closure(graph, *(("urn:m", name) for name in names)))

    assert needed("d1") == "i2 b1 d2 i1 d1"
    assert needed("s1") == "i3 d3 s1"
    assert needed("i1") == "i1"
    assert needed("d2", "i2") == "i2 b1 d2"
    inputs = required_inputs(graph, ("urn:m", "d1"))
    assert [element.id for element in inputs] == ["i1", "i2"]


def test_an_element_without_an_id_has_a_key() -> None:
    text = f'<definitions xmlns="{NAMESPACE}" name="m" namespace="urn:m"><decision name="A b"/>'
    definitions = read_definitions(f"{text}</definitions>".encode(), "m.dmn")
    assert element_key(definitions, next(definitions.decisions)) == ("urn:m", "#A b")


def test_long_chains_are_ordinary() -> None:
    count = 5 * sys.getrecursionlimit()
    rows = [f"d{n}: d{n + 1}" for n in range(count)]
    assert ids(read(*rows, f"d{count}:")).startswith(f"d{count} d{count - 1} ")
    (message,) = faults(*rows, f"d{count}: d0")
    assert message.count("requires") == count + 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_order_and_rings_agree(pairs: list[tuple[int, int]]) -> None:
    """There is an order exactly when there is no ring, and the ring really is one."""
    keys: list[Key] = [("urn:m", f"d{n}") for n in range(10)]
    graph = _graph(keys, pairs)
    rings = find_cycles(graph)
    for ring in rings:
        for key, target in zip(ring, (*ring[1:], ring[0]), strict=True):
            assert target in graph.targets(key)
    order = closure(graph, *keys)
    assert sorted(order) == sorted(keys)
    backward = [
        key
        for key in keys
        for target in graph.targets(key)
        if order.index(target) >= order.index(key)
    ]
    assert bool(backward) == bool(rings)


def _graph(keys: list[Key], pairs: list[tuple[int, int]]) -> RequirementGraph:
    plain = requirement_graph(read(*(f"{key[1]}:" for key in keys)))
    arrows = {
        key: tuple(Arrow(keys[b], plain.elements[key].span) for a, b in pairs if keys[a] == key)
        for key in keys
    }
    return RequirementGraph(plain.elements, arrows)
