"""guidewright: a clinical guideline as a model that runs.

`load` reads a guideline folder, `load_dmn` a DMN model; both give objects to evaluate, whose
results say why. Everything public is listed here; everything else may change.

The names are imported when they are first used (PEP 562), so that `guidewright --help` and programs
that need only a part start quickly.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guidewright import batch as batch
    from guidewright import feel as feel
    from guidewright import store as store
    from guidewright.analysis.difference import diff as diff
    from guidewright.analysis.verify import verify as verify
    from guidewright.dmn import DecisionOptions as DecisionOptions
    from guidewright.dmn import Model as Model
    from guidewright.dmn import load_dmn as load_dmn
    from guidewright.errors import CallError as CallError
    from guidewright.errors import GuidewrightError as GuidewrightError
    from guidewright.errors import ModelError as ModelError
    from guidewright.errors import Note as Note
    from guidewright.errors import ResourceError as ResourceError
    from guidewright.feel import Limits as Limits
    from guidewright.feel import Result as Result
    from guidewright.guideline import Guideline as Guideline
    from guidewright.guideline import Outcome as Outcome
    from guidewright.guideline import load as load

_PACKAGES = ("batch", "feel", "store")  # `batch` needs the extra of that name
_HOME = {
    "CallError": "errors",
    "DecisionOptions": "dmn",
    "Guideline": "guideline",
    "GuidewrightError": "errors",
    "Limits": "feel",
    "Model": "dmn",
    "ModelError": "errors",
    "Note": "errors",
    "Outcome": "guideline",
    "ResourceError": "errors",
    "Result": "feel",
    "diff": "analysis.difference",
    "load": "guideline",
    "load_dmn": "dmn",
    "verify": "analysis.verify",
}
__all__ = [
    *_PACKAGES,
    *_HOME,
]


def __getattr__(name: str) -> object:
    """Import a public name when it is first used."""
    if name in _PACKAGES:
        return import_module(f"guidewright.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'guidewright' has no attribute {name!r}")
    found = getattr(import_module(f"guidewright.{_HOME[name]}"), name)
    globals()[name] = found
    return found
