"""The pages of `docs/checks/`, made from the docstrings of the checks.

In: the registry. Out: one Markdown page a check, and `README.md` with all 72 known kinds: where
each is found, or why it is not built. They are written by

    python -m guidewright.analysis.pages docs/checks
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from guidewright.analysis.checks import CHECKS, Check
from guidewright.analysis.kinds import AT_LOAD, BY_COMMAND, KINDS, NOT_BUILT
from guidewright.analysis.verify import load_checks

PARTS = ("What it finds", "Why it matters", "Example", "To repair")
GROUPS = {1: "One table", 41: "The requirement graph", 51: "The workflow", 63: "The guideline"}


def pages() -> dict[str, str]:
    """Return the text of every page by its file name."""
    load_checks()
    return {
        "README.md": "\n".join(_index()) + "\n",
        **{f"{code}.md": _page(check) for code, check in sorted(CHECKS.items())},
    }


def _page(check: Check) -> str:
    kinds = ", ".join(f"{number} ({KINDS[number].lower()})" for number in check.numbers)
    head = [
        f"# {check.title}",
        "",
        f"`{check.code}` · {check.severity} · about: {check.subject}"
        + (f" · kinds {kinds}" if kinds else ""),
        "",
    ]
    told = {name: check.section(name) for name in PARTS}
    body = [f"**{name}.** {text[0].upper()}{text[1:]}\n" for name, text in told.items() if text]
    return "\n".join([*head, *body, "[All checks](README.md)", ""])


def _index() -> Iterator[str]:
    found: dict[int, list[str]] = {}
    for check in CHECKS.values():
        for number in check.numbers:
            found.setdefault(number, []).append(check.code)
    built = [number for number in KINDS if number in {*found, *AT_LOAD, *BY_COMMAND}]
    yield "# Checks"
    yield ""
    yield (
        "`guidewright verify DIR` runs them all. The numbers are those of the 72 kinds of check "
        "that are known for tables, requirement graphs, workflows and guidelines; "
        f"{len(built)} are built. Each page is made from the check's own docstring."
    )
    for number, kind in KINDS.items():
        if number in GROUPS:
            yield from ("", f"## {GROUPS[number]}", "", "| | kind | found by |", "|---|---|---|")
        yield f"| {number} | {kind} | {_where(number, found)} |"
    others = [check for check in CHECKS.values() if not check.numbers]
    yield from ("", "## Besides", "")
    yield from (f"- [`{each.code}`]({each.code}.md): {each.title}" for each in others)


def _where(number: int, found: dict[int, list[str]]) -> str:
    said = [f"[`{code}`]({code}.md)" for code in sorted(found.get(number, ()))]
    said += [f"`{code}`, when files are loaded" for code in AT_LOAD.get(number, ())]
    said += [f"`{BY_COMMAND[number]}`"] if number in BY_COMMAND else []
    if said:
        return ", ".join(said)
    return f"not built: {NOT_BUILT.get(number, 'not yet')}"


def main(folder: str) -> None:
    """Write the pages, and remove those of checks that are gone."""
    wanted = pages()
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.md"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (target / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
