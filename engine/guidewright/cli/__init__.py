"""The command line: `guidewright COMMAND DIR …`, one module a command.

In: a guideline folder and options. Out: text for people or JSON for programs, and an exit code.
A command's module is imported only when the command is run, so that help comes at once.
"""

from __future__ import annotations

from importlib.metadata import version
from types import ModuleType

import click

from guidewright.cli import lazy
from guidewright.cli.lazy import Commands

# command: what it does, in one line (the module has the same name; see `module_of`)
COMMANDS = {
    "check": "Report every fault of a guideline's files.",
    "run": "Say what the guideline recommends for a patient.",
    "explain": "Say it, and why: rules, inputs, sentences of the source.",
    "missing": "Say which missing data could still change the advice.",
    "test": "Run the guideline's cases and list the rules that never fired.",
    "verify": "Find gaps, overlaps, dead rules, unsafe ways; each with a patient.",
    "draw": "Draw requirement diagrams, decision tables and the workflow.",
    "review": "Write one document with everything that a committee reviews and signs.",
    "step": "Move one patient along the workflow by one event.",
    "care": "Run patients along the workflow, in a store that survives.",
    "fmt": "Write DMN files canonically, so that a one-cell edit is a one-line difference.",
    "batch": "Run a guideline or a DMN model over the rows of a Parquet file.",
    "diff": "Say what changed between two versions, and for which patients.",
    "generate": "Make patients from the tables, as cases for review.",
    "mutate": "Say which small faults in the tables no case would notice.",
    "table": "Show DMN files as Markdown: tables, expressions, types.",
    "export": "Write the workflow as BPMN 2.0 or SCXML.",
    "import": "Take a workflow over from BPMN 2.0.",
}
EXIT_CODES = """
Exit codes: 0 all is well; 1 a case failed or a file has faults; 2 the command was called wrongly;
3 the patient's data, a policy or an event was refused; 4 a file cannot be used; 5 a limit was
reached.
"""


def module_of(name: str) -> ModuleType:
    """Return the module of a command; see `lazy.module_of`."""
    return lazy.module_of(__name__, name)


@click.group(cls=Commands, table=COMMANDS, package=__name__, epilog=EXIT_CODES)
@click.version_option(version("guidewright"), prog_name="guidewright")
def main() -> None:
    """Turn a clinical guideline into a model that runs.

    DIR is the folder of a guideline, such as models/b12-deficiency. The models that come with
    guidewright are for demonstrating software, not for care.
    """
