"""A small count of random requirement graphs against brute force; `soundness_graphs` has more."""

from soundness_graphs import run

SEED, VERDICTS = 20261122, 120


def test_verdicts_are_those_of_brute_force():
    tally = run(VERDICTS, SEED)
    print(f"\nseed {SEED}: {tally.verdicts} verdicts on {tally.guidelines} random guidelines agree")
    assert tally.properties >= 10
