"""Run in the other engines' environment: load a model, give its values, time a batch of calls.

In: one JSON request a line on standard input. Out: one JSON answer a line on standard output. It
imports nothing of guidewright, and an engine only when asked for it. A batch is the same loop as in
`rounds.py`, timed by the CPU time of this process.
"""

from __future__ import annotations

import gc
import importlib.metadata
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

Call = Callable[[dict[str, Any]], Any]


def zen(model: Path) -> Call:
    """Return zen-engine's evaluation of a JDM file, with the static loader."""
    from zen import ZenEngine

    document = json.loads(model.read_text(encoding="utf-8"))
    engine = ZenEngine({"loader": {"type": "static", "content": {"model": document}}})
    evaluate = engine.evaluate
    return lambda row: evaluate("model", row)["result"]


def spiff(model: Path) -> Call:
    """Return SpiffWorkflow's evaluation of a list of DMN documents, in their order."""
    from lxml import etree
    from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
    from SpiffWorkflow.dmn.parser import BpmnDmnParser

    tables = []
    for name, document in json.loads(model.read_text(encoding="utf-8")):
        parser = BpmnDmnParser()
        huge = etree.XMLParser(huge_tree=True, resolve_entities=False)
        parser.add_dmn_xml(etree.fromstring(document.encode(), huge))
        tables.append((name, parser.get_engine(name, None)))
    workflow = SimpleNamespace(script_engine=PythonScriptEngine())

    def evaluate(row: dict[str, Any]) -> dict[str, Any]:
        data = dict(row)
        results = {}
        for name, table in tables:
            output = table.result(SimpleNamespace(data=data, workflow=workflow))
            value = next(iter(output.values())) if len(output) == 1 else dict(output) or None
            data[name] = results[name] = value
        return results

    return evaluate


ENGINES = {"zen": (zen, "zen-engine"), "spiff": (spiff, "SpiffWorkflow")}


class Session:
    """The model that is loaded at the moment."""

    def __init__(self) -> None:
        self.call: Call = dict
        self.rows: list[dict[str, Any]] = []

    def load(self, engine: str, model: str, inputs: str) -> dict[str, Any]:
        """Load a model and its inputs."""
        loader, package = ENGINES[engine]
        lines = Path(inputs).read_text(encoding="utf-8").splitlines()
        self.rows = [json.loads(line) for line in lines]
        self.call = loader(Path(model))
        return {"version": importlib.metadata.version(package)}

    def values(self, count: int) -> list[Any]:
        """Return the values of the first inputs."""
        return [self.call(row) for row in self.rows[:count]]

    def batch(self, first: int, count: int) -> float:
        """Return the CPU seconds of `count` calls, one after the other from row `first`."""
        total = len(self.rows)
        rows = [self.rows[(first + number) % total] for number in range(count)]
        call = self.call
        gc.disable()
        begin = time.process_time()
        for row in rows:
            call(row)
        spent = time.process_time() - begin
        gc.enable()
        return spent


def main() -> None:
    """Answer requests until standard input ends."""
    session = Session()
    for line in sys.stdin:
        request = json.loads(line)
        action = getattr(session, request.pop("do"))
        try:
            answer = {"answer": action(**request)}
        except Exception as fault:  # noqa: BLE001 - it is told to whoever asked
            answer = {"fault": f"{type(fault).__name__}: {str(fault)[:300]}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
