"""Gather the pages of the documentation site: `python site/pages.py PACKS FOLDER`.

In: `docs/`, the files of `bench/` that it shows, and the folder of the review packs. Out: a folder
that holds all of them with an index of the packs, for `zensical build`.
"""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_OUTSIDE = re.compile(r"\]\(\.\./(bench/[^)#]+)(#[^)]*)?\)")
_FENCE = re.compile(r"^```(\w+) (\S+)( \+)?$", re.MULTILINE)
_TITLE = re.compile(r"<title>(.*?): review pack</title>", re.DOTALL)
_HEAD = """\
# Review packs

Every model that comes with guidewright, as the [document a committee signs](../review.md). Each is
one file, made from the files that run when this site was built. **They are not for care.**

| guideline | to read | to print |
|---|---|---|
"""


def gather(packs: Iterable[Path], folder: Path) -> None:
    """Put all pages into a new folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder)
    for page in [*folder.rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        for match in _OUTSIDE.finditer(text):
            _copy(match[1], folder)
        text = _FENCE.sub(_fence, _OUTSIDE.sub(r"](\1\2)", text))
        page.write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "site" / "site.css", folder)
    (folder / "packs").mkdir()
    for pack in packs:
        shutil.copy(pack, folder / "packs")
    index = _HEAD + "\n".join(_rows(folder / "packs")) + "\n"
    (folder / "packs" / "index.md").write_text(index, encoding="utf-8")


def _fence(match: re.Match[str]) -> str:
    """Return the fence of a block with the file it belongs to as its title."""
    language, name, plus = match.groups()
    if "=" in name:  # how a command ends, for the tests
        return f"```{language}"
    added = " (at the end)" if plus else ""
    return f'```{language} title="{name}{added}"'


def _copy(name: str, folder: Path) -> None:
    """Put a file from outside `docs/` at the same place below the folder."""
    target = folder / name
    target.parent.mkdir(exist_ok=True)
    shutil.copy(ROOT / name, target)
    if target.suffix == ".md":
        text = target.read_text(encoding="utf-8")
        target.write_text(text.replace("](../docs/", "](../"), encoding="utf-8")


def _rows(folder: Path) -> Iterator[str]:
    """Yield a row for each pack; what it is called stands in its title."""
    for page in sorted(folder.glob("*.html")):
        title = _TITLE.search(page.read_text(encoding="utf-8"))
        name = title[1] if title is not None else page.stem
        paper = page.with_suffix(".pdf")
        printed = f"[PDF]({paper.name})" if paper.exists() else ""
        yield f"| {name} | [{page.name}]({page.name}) | {printed} |"


if __name__ == "__main__":
    given = Path(sys.argv[1])
    gather([*given.glob("*.html"), *given.glob("*.pdf")], Path(sys.argv[2]))
