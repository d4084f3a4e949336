"""The 72 kinds of check known in the field, and for those not built, why.

In: nothing. Out: `KINDS` by number; `AT_LOAD`, the kinds that the load of a guideline reports
already, with their message codes; `NOT_BUILT` with the reasons. `docs/checks/README.md` is made of
them and of the registry (`analysis.pages`).
"""

from __future__ import annotations

from guidewright.errors import Code

KINDS: dict[int, str] = {
    # one table
    1: "Input that no rule covers",
    2: "Share of the input space that no rule covers",
    3: "Gap that exists only for missing data",
    4: "Overlap with different outputs",
    5: "Overlap with the same output",
    6: "Largest sets of rules that overlap, and where",
    7: "Violation of the hit policy",
    8: "Output that the priority list does not name, or no list",
    9: "Rule masked by one other",
    10: "Rule dead by the union of others",
    11: "Misleading rule: a catch-all that outranks narrower ones",
    12: "Rule inside another with the same output",
    13: "Duplicate rules",
    14: "Rules that can be merged",
    15: "Smaller equivalent table, with proof",
    16: "Column that no rule looks at",
    17: "Column that changes no outcome",
    18: "Cell that covers every value but is not '-'",
    19: "Cell that no value satisfies",
    20: "Cell with a value the input cannot have",
    21: "Rule that lies outside the domain",
    22: "Output that is not allowed",
    23: "Allowed output that no rule gives",
    24: "Allowed input value that no rule names",
    25: "Wrong types in cells and outputs",
    26: "Units that do not fit",
    27: "Threshold that is not plausible",
    28: "Boundary in two rules or in none",
    29: "Gap narrower than the data's decimals",
    30: "Whole numbers or fractions change the verdict",
    31: "Output that falls where it should rise",
    32: "Gaps hidden by a default or a catch-all",
    33: "Hit policy that says less than is true",
    34: "Order of rules changes the outcome",
    35: "Hazards of COLLECT: no hit, double counting, outputs that are no numbers",
    36: "Missing value that gives weaker advice",
    37: "Output that can be null",
    38: "Division by zero or a refused function in an output",
    39: "Rule without annotation or source",
    40: "Table that is too complex",
    # the requirement graph
    41: "Requirement that is unused, missing or written twice",
    42: "Cycle of requirements or imports",
    43: "Rule that cannot fire, given what feeds it",
    44: "Value that is produced and not handled, or expected and not produced",
    45: "Null handed on from a gap upstream",
    46: "Decisions that contradict each other",
    47: "One concept tested with different thresholds",
    48: "Types or units that differ along an edge",
    49: "Whether the top decision always has an answer",
    50: "Background knowledge that all checks use",
    # the workflow
    51: "State or transition that cannot be reached with data",
    52: "State in which no guard is true",
    53: "Two guards that are true at once",
    54: "Way that can go round for ever",
    55: "State from which no end can be reached",
    56: "Loop without a wait or counter",
    57: "Timer that never fires or always comes first, wait without a limit",
    58: "Decision output for which there is no way on",
    59: "Event and timer at the same instant",
    60: "Join that is never enabled, two writers of one value",
    61: "Value read before it is written",
    62: "State without a way out",
    # guideline, change, tests
    63: "Never recommended to such a patient",
    64: "Always happens in the end, or within a time",
    65: "Always offered to such a patient",
    66: "Outcome that differs by a protected attribute only",
    67: "Two guidelines that contradict each other on one patient",
    68: "Patients whose advice a change alters",
    69: "Proof that a change alters nothing",
    70: "Test cases from the tables",
    71: "Faults that the cases would not notice",
    72: "Text of the source against the table",
}

# found when files are loaded, by `guidewright check` and by every other command
AT_LOAD: dict[int, tuple[Code, ...]] = {
    8: (Code.OUTPUT_VALUE,),
    20: (Code.WRONG_TYPE,),
    22: (Code.OUTPUT_VALUE,),
    25: (Code.WRONG_TYPE,),
    39: (Code.UNCITED_RULE,),
    41: (Code.REQUIREMENT_MISSING, Code.REQUIREMENT_UNUSED),
    42: (Code.CYCLE, Code.IMPORT),
}

# answered by a command of its own
BY_COMMAND: dict[int, str] = {
    68: "guidewright diff",
    69: "guidewright diff",
    70: "guidewright generate",
    71: "guidewright mutate",
}

NOT_BUILT: dict[int, str] = {
    67: "Which actions of two guidelines exclude each other (two drugs, say) is knowledge that "
    "neither of them holds; it needs a table of its own, and there is no format for it yet.",
    72: "Whether a table says what the sentence of the source says is for a reader to judge; rules "
    "cite their statements, and `explain` shows both side by side.",
}
