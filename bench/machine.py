"""What a run was made on: processor, cores, Python, versions, the state of the source.

In: nothing. Out: lines for the report. All of a run is kept on one core, because two cores of a
shared machine need not run at one speed.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import subprocess
from pathlib import Path


def stay_on_one_core() -> int | None:
    """Keep this process, and those it starts, on one core; return its number."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    core = max(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {core})
    return core


def description() -> list[str]:
    """Return the machine and versions, one line each."""
    now = datetime.datetime.now(tz=datetime.UTC)
    return [
        f"date: {now:%Y-%m-%d %H:%M} UTC",
        f"processor: {_processor()}, {os.cpu_count()} cores, one of them used",
        f"system: {platform.system()} {platform.machine()}",
        f"Python: {platform.python_implementation()} {platform.python_version()}",
        f"guidewright: {importlib.metadata.version('guidewright')}, {_commit()}",
    ]


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(  # noqa: S603
            ["git", *arguments],  # noqa: S607 - the one on the path
            capture_output=True, text=True, check=False, cwd=Path(__file__).parent,
        )  # fmt: skip
        return done.stdout.strip()

    commit = git("rev-parse", "--short", "HEAD") or "not in git"
    changed = git("status", "--porcelain", "--", "../engine")
    return f"commit {commit}{' with changes' if changed else ''}"
