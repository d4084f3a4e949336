"""The DMN conformance suite, case by case, through the public API.

The suite lies in the folder that `GUIDEWRIGHT_TCK` names, else beside the project.
"""

import harness
import pytest

LEVELS = ("compliance-level-2", "compliance-level-3", "non-compliant")
CASES = [case for level in LEVELS for case in harness.cases(level)]


@pytest.mark.skipif(not CASES, reason="the conformance suite is not on this machine")
def test_the_suite_is_there():
    assert len(CASES) > 2000


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_case(case):
    assert harness.run(case) == []
