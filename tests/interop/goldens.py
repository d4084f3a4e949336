"""The exports of the models, as they are kept beside this file.

`python tests/interop/goldens.py` writes them anew; look at every difference before you keep it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from guidewright.interop.bpmn_export import bpmn
from guidewright.interop.export import Export
from guidewright.interop.scxml import scxml
from guidewright.workflow.model import Graph
from guidewright.workflow.reader import read_workflow_file

HERE = Path(__file__).parent
MODELS = HERE.parents[1] / "models"
FORMATS = {"scxml": scxml, "bpmn": bpmn}


def workflows() -> list[Path]:
    """Return the workflows of the models, sorted by name."""
    return sorted(MODELS.glob("*/workflow.yaml"))


def graph(path: Path) -> Graph:
    return read_workflow_file(path)


def goldens() -> Iterator[tuple[Path, Export]]:
    """Yield the path of each golden that is kept, and what the export gives today."""
    return ((path, export) for path, export in every_export() if path.exists())


def every_export() -> Iterator[tuple[Path, Export]]:
    """Yield where the export of each model is kept, and what it gives today."""
    for path in workflows():
        for word, export in FORMATS.items():
            yield HERE / "golden" / f"{path.parent.name}.{word}", export(graph(path))


if __name__ == "__main__":
    (HERE / "golden").mkdir(exist_ok=True)
    for file, made in every_export():
        file.write_text(made.text, encoding="utf-8")
