"""guidewright: a clinical guideline as a model that runs.

`load_dmn` reads a DMN model, `load` a guideline folder; both give objects to evaluate, whose
results say why. Everything public is listed here; everything else may change.
"""

from guidewright import feel
from guidewright.dmn import DecisionOptions, Model, load_dmn
from guidewright.errors import CallError, GuidewrightError, ModelError, Note, ResourceError
from guidewright.feel import Limits, Result
from guidewright.guideline import Guideline, Outcome, load

__all__ = [
    "CallError",
    "DecisionOptions",
    "Guideline",
    "GuidewrightError",
    "Limits",
    "Model",
    "ModelError",
    "Note",
    "Outcome",
    "ResourceError",
    "Result",
    "feel",
    "load",
    "load_dmn",
]
