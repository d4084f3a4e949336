"""The targets of issue 4 that are measured here: what is compared with what, and the limit.

In: nothing. Out: tables the report reads. `FASTER_THAN_ZEN` is met when zen-engine
takes at least that many times as long; the others are upper limits of a ratio.
"""

from __future__ import annotations

from bench.calls import PREPARED, PUBLIC
from bench.cohort import FUSED, NUMPY

# W1: 2.5 without the check of UNIQUE, 3 with it; ours is always made
TO_HAND = {
    ("W1", PREPARED): 3.0,
    ("W1", PUBLIC): 4.5,
    ("W2", PREPARED): 2.0,
    ("W2", PUBLIC): 3.0,
    ("W3", PREPARED): 1.2,
    ("W3b", PREPARED): 1.2,
    ("W4", PREPARED): 3.0,
}
FASTER_THAN_ZEN = {"W1": 8.0, "W2": 12.0, "W3": 7.0, "W3b": 40.0, "W4": 2.0}
LOADING_TO_ZEN = 3.0
IMPORT_TO_BARE = 5.0
HELP_TO_BARE = 8.0
MEMORY_RULES = 10_000
MEMORY_MEGABYTES = 50.0
# columns: the kernel's time, at most this multiple of another's
COHORT = {
    ("W1", NUMPY): 0.6,
    ("W2", NUMPY): 0.6,
    ("W2", FUSED): 3.0,
}
FASTER_THAN_DUCKDB = {"W3": 15.0, "W3b": 60.0}
