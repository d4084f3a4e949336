"""Whether a space too tangled for cuts has a gap: one question to a solver.

In: boxes and a space. Out: a point that no box holds, or that there is none, with the question as
SMT-LIB; or None when the solver's budget runs out. A value on an axis of runs is written as a chain
of truths "it lies behind part i" (order encoding), on others as one truth a part.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import z3

from guidewright.analysis.arrays import is_run, lowest
from guidewright.analysis.findings import Certificate
from guidewright.analysis.regions import Box
from guidewright.analysis.terms import any_of, negation

STEPS = 5_000_000  # of the solver, some seconds: the same in every run


@dataclass(frozen=True, slots=True)
class Found:
    """A box of one part an axis that no rule meets; None with a proof that there is none."""

    point: Box | None
    proof: Certificate | None = None


def find_gap(boxes: Sequence[Box], space: Box, *, steps: int = STEPS) -> Found | None:
    """Return a point of the space that no box holds, or the proof that there is none."""
    context = z3.Context()  # the same answer, whatever was asked before
    solver = z3.SolverFor("QF_FD", ctx=context)
    solver.set("rlimit", steps)
    axes = [_Axis(context, place, mask, boxes) for place, mask in enumerate(space)]
    for axis in axes:
        solver.add(axis.holds)
    for box in boxes:
        outside = [axis.outside(mask) for axis, mask in zip(axes, box, strict=True)]
        solver.add(any_of(outside))
    answer = solver.check()
    if answer == z3.unsat:
        return Found(
            None, Certificate("smt-lib", {"expected": "unsat", "script": solver.to_smt2()})
        )
    if answer != z3.sat:
        return None
    model = solver.model()
    return Found(tuple(axis.value(model) for axis in axes))


class _Axis:
    """One axis: its variables and what must hold of them."""

    def __init__(self, context: z3.Context, place: int, space: int, boxes: Sequence[Box]) -> None:
        self.space = space
        self.parts = [at for at in range(space.bit_length()) if space >> at & 1]
        self.along = is_run(space) and all(is_run(box[place] & space) for box in boxes)
        names = self.parts[1:] if self.along else self.parts
        self.truths: dict[int, Any] = {at: z3.Bool(f"a{place}p{at}", context) for at in names}
        known = list(self.truths.values())
        if self.along:  # behind part i: not before part i - 1
            chain = pairwise(known)
            self.holds = [z3.Implies(later, earlier) for earlier, later in chain]
        else:
            self.holds = [z3.PbEq([(each, 1) for each in known], 1)]

    def outside(self, mask: int) -> Any:
        """Return the condition that the value is in none of these parts."""
        inside = mask & self.space
        if inside in (0, self.space):
            return inside == 0
        if not self.along:
            return negation(any_of(self.truths[at] for at in self.parts if inside >> at & 1))
        low, high = lowest(inside), inside.bit_length() - 1
        ways = []
        if low > self.parts[0]:
            ways.append(z3.Not(self.truths[low]))
        if high < self.parts[-1]:
            ways.append(self.truths[high + 1])
        return any_of(ways)

    def value(self, model: Any) -> int:
        """Return the part that a model chooses, as a mask."""
        true = [at for at, each in self.truths.items() if z3.is_true(model.eval(each, True))]
        return 1 << (max(true, default=self.parts[0]) if self.along else true[0])
