"""What is fuzzed: bytes go in, and nothing but our own errors comes out."""

from contextlib import suppress

from guidewright.dmn.reader import read_definitions
from guidewright.dmn.runnable import build
from guidewright.errors import GuidewrightError
from guidewright.feel import compile_expression, compile_unary_tests
from guidewright.feel.runtime import Limits
from guidewright.feel.types import ANY

VARIABLES = dict.fromkeys(["a", "b c", "d-e", "list"])
LIMITS = Limits(cost=20_000, items=5_000, characters=20_000)


def feel(data: bytes) -> None:
    """Read, check, lower, compile and run a text as an expression, and as the tests of a cell."""
    text = data.decode("utf-8", "replace")
    for compiled in (compile_expression, compile_unary_tests):
        with suppress(GuidewrightError):
            expression = compiled(text, types=dict.fromkeys(VARIABLES, ANY), strict=False)
            expression.evaluate({"a": 1, "b c": [1, {"d-e": "x"}]}, limits=LIMITS)


def dmn(data: bytes) -> None:
    """Read a file as a model and compile it."""
    with suppress(GuidewrightError):
        build([read_definitions(data, "fuzz.dmn")], strict=False)


TARGETS = {"feel": feel, "dmn": dmn}
