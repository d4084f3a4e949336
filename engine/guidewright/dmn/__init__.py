"""DMN: decision models read, checked, compiled and evaluated.

Files in, `Model` out; what runs is what `dmn.model` holds, and a `Trace` says how.
"""

from guidewright.dmn.runnable import DecisionOptions, Model, build, load_dmn

__all__ = ["DecisionOptions", "Model", "build", "load_dmn"]
