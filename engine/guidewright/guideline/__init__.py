"""Guidelines: a folder of files loaded whole, and evaluated for a patient.

A folder in, `Guideline` out; a patient in, `Outcome` out (docs/guideline-format.md).
"""

from guidewright.guideline.guide import Guideline, load
from guidewright.guideline.outcome import Outcome

__all__ = ["Guideline", "Outcome", "load"]
