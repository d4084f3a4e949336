"""What can happen to a running instance: events go in to `step`; each carries its instant.

`step` has no clock: time passes only because an event says so. Values are FEEL values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from guidewright.feel.temporal import DateTime
from guidewright.feel.values import Value

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Start:
    """The patient comes in, with what is already known.

    `zone` is the site's time zone, by its IANA name, where it is not that of the workflow.
    """

    at: DateTime
    values: Values = field(default_factory=dict)
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """Results arrive. Anything may be told at any time, whether a task awaits it or not."""

    at: DateTime
    values: Values


@dataclass(frozen=True, slots=True)
class Done:
    """A task was done or given; `task` is its id, or its state while only one is open there."""

    at: DateTime
    task: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes: every timer that is due by `at` fires, in order."""

    at: DateTime


@dataclass(frozen=True, slots=True)
class Signal:
    """An event that the model names under `event`, such as a cause that is gone."""

    at: DateTime
    name: str
    values: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deviate:
    """A clinician leaves the path and goes on in the state `to`, with a reason."""

    at: DateTime
    to: str
    reason: str
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Correct:
    """An earlier datum was wrong; every choice that rested on it is made again."""

    at: DateTime
    values: Values
    reason: str


@dataclass(frozen=True, slots=True)
class Override:
    """A clinician decides otherwise: the decision state takes the branch of `value`, with a reason.

    Possible where the decision is open or stopped, and where its answer still stands.
    """

    at: DateTime
    state: str
    value: Value
    reason: str
    by: str | None = None


Event = Start | Data | Done | Tick | Signal | Deviate | Override | Correct
