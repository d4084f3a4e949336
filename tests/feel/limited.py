"""Run something in a process of its own that may use 512 MB and a few seconds.

In: a function without arguments. Out: what it made of FEEL's answer, and the seconds of computing
time it took. A process that is killed, or dies, is an `AssertionError` that says so.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import time
import traceback
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guidewright.errors import GuidewrightError, ModelError, ResourceError
from guidewright.feel import Result

SECONDS = 5
MEGABYTES = 512


@dataclass(frozen=True)
class Ending:
    """How it ended: `limit`, `refused`, `null` with a note, `silent` null, or `value`."""

    kind: str
    text: str
    seconds: float


def limited(work: Callable[[], Result[Any]]) -> Ending:
    """Run `work`; it has `SECONDS` of computing time and `MEGABYTES` more than there are now."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # a fork beside threads: 3.12 and later
        child = os.fork()
    if child == 0:
        os.close(reading)
        _in_child(work, writing)
    os.close(writing)
    with os.fdopen(reading, encoding="utf-8") as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        raise AssertionError(f"killed by {signal.Signals(os.WTERMSIG(status)).name}")
    assert text, "it died without a word"
    kind, said, seconds = json.loads(text)
    assert kind != "crash", said
    return Ending(kind, said, seconds)


def _in_child(work: Callable[[], Result[Any]], writing: int) -> None:
    soft = int(time.process_time()) + SECONDS + 1
    resource.setrlimit(resource.RLIMIT_CPU, (soft, soft))
    used = _memory()
    if used:
        bound = used + MEGABYTES * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    started = time.process_time()
    kind, said = _ending(work)
    seconds = time.process_time() - started
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        json.dump((kind, said, seconds), pipe)
    os._exit(0)


def _ending(work: Callable[[], Result[Any]]) -> tuple[str, str]:
    try:
        result = work()
    except ResourceError as error:
        return "limit", _said(error)
    except ModelError as error:
        return "refused", _said(error)
    except BaseException:  # noqa: BLE001 - this is what the test is to find
        return "crash", traceback.format_exc(limit=-6)
    if result.value is not None:
        return "value", ""
    notes = [note for note in result.notes if note.text]
    return ("null", str(notes[0])) if notes else ("silent", "")


def _said(error: GuidewrightError) -> str:
    return f"{error.notes[0].code}: {error.notes[0].text}"


def _memory() -> int:
    """The bytes this process has mapped, where the system tells."""
    file = Path("/proc/self/statm")
    if not file.exists():
        return 0
    return int(file.read_text().split()[0]) * resource.getpagesize()
