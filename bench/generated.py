"""Print the Python that is made of a model's decisions, for whoever wants to make it faster.

In: a DMN file, and the name of a decision (all of them without it). Out: the source of the prepared
function on standard output, and below it the constants it looks things up in.

    python -m bench.generated models/b12-deficiency/decisions.dmn
"""

from __future__ import annotations

import argparse
import ast
from pathlib import Path

import guidewright
from guidewright.dmn.prepared import emit

_WIDTH = 160


def generated(model: guidewright.Model, decision: str | None, *, results: bool) -> str:
    """Return the body of the prepared function and its constants as text."""
    names = [decision] if decision else [each.name for each in model.definitions.decisions]
    goals = [model.step_of(name).key for name in names]
    emitter = emit(model._compiled, goals, single=decision is not None, results=results)
    if emitter is None:
        return "# these decisions have no prepared function: two inputs share a name"
    body = ast.unparse(ast.fix_missing_locations(ast.Module(emitter.body, [])))
    constants = [
        f"{name} = {value!r}"[:_WIDTH]
        for name, value in emitter.unit.namespace.items()
        if name[0] == "k" and name[1:].isdigit()
    ]
    return "\n".join([body, "", *constants])


def main() -> None:
    """Print what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench.generated", description=__doc__)
    parser.add_argument("model", type=Path, help="a DMN file")
    parser.add_argument("decision", nargs="?", help="the name of a decision; all without it")
    parser.add_argument("--results", action="store_true", help="as the public call makes it")
    asked = parser.parse_args()
    model = guidewright.load_dmn(asked.model)
    print(generated(model, asked.decision, results=asked.results))


if __name__ == "__main__":
    main()
