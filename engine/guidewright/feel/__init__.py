"""FEEL, the expression language of DMN: text in, value with notes out.

The road is parse, check, lower, Python function; `evaluate` walks it for one text. Models walk it
once per cell, at load (`guidewright.dmn`).
"""

from guidewright.feel.api import compile_expression, compile_unary_tests, evaluate
from guidewright.feel.externals import STANDARD as STANDARD_EXTERNALS
from guidewright.feel.result import Result
from guidewright.feel.runtime import Limits

__all__ = [
    "STANDARD_EXTERNALS",
    "Limits",
    "Result",
    "compile_expression",
    "compile_unary_tests",
    "evaluate",
]
