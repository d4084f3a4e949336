"""How long starting takes: bare Python, `import guidewright`, first use, `guidewright --help`.

In: rounds. Out: CPU seconds of whole processes, round by round.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

from bench.rounds import Times
from bench.workloads import WORKLOADS

BARE, IMPORT, HELP = "bare Python", "import guidewright", "guidewright --help"
FIRST_USE = "first use: import, load W1, one value"
_USE = f"import guidewright as g; g.load_dmn({str(WORKLOADS['W1'].model)!r}).evaluate({{}})"


def start_times(rounds: int) -> Times:
    """Return the seconds of each kind of start."""
    python = sys.executable
    script = Path(python).with_name("guidewright")
    commands = {
        BARE: [python, "-c", "pass"],
        IMPORT: [python, "-c", "import guidewright"],
        FIRST_USE: [python, "-c", _USE],
        HELP: [str(script), "--help"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    for command in commands.values():
        _spent(command)  # the first start writes compiled files
    for _ in range(rounds):
        for name, command in commands.items():
            seconds[name].append(_spent(command))
    return Times(seconds)


def _spent(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own commands
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
