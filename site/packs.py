"""Write the review packs of all shipped models, as HTML and PDF: `python site/packs.py FOLDER`.

In: the guidelines below `models/`. Out: a file of each kind for each, named after the guideline;
the corrected tables are compared with those that were published.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from pathlib import Path

import guidewright as gw
from guidewright_visualize.review.contents import pack_of
from guidewright_visualize.review.html import pack_to_html
from guidewright_visualize.review.pdf import pack_to_pdf

MODELS = Path(__file__).resolve().parents[1] / "models"
AGAINST = {"who-anc-anaemia/corrected": "who-anc-anaemia/published"}


def shipped() -> list[str]:
    """Return the folders of the shipped models below `models/`."""
    found = (path.parent.relative_to(MODELS) for path in MODELS.rglob("guideline.yaml"))
    return sorted(path.as_posix() for path in found)


def write_pack(model: str, folder: Path) -> list[Path]:
    """Write the pack of one model into a folder; return its files."""
    guide = gw.load(MODELS / model)
    against = gw.load(MODELS / AGAINST[model]) if model in AGAINST else None
    pack = pack_of(guide, against=against, raster=True)
    page, paper = (folder / f"{guide.file.id}.{kind}" for kind in ("html", "pdf"))
    page.write_text(pack_to_html(pack), encoding="utf-8")
    paper.write_bytes(pack_to_pdf(pack))
    return [page, paper]


def main(folder: Path, models: Iterable[str]) -> None:
    """Write all packs, several at a time."""
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        for written in pool.map(write_pack, models, repeat(folder)):
            print(*written, sep="\n")  # noqa: T201 - a script tells what it wrote


if __name__ == "__main__":
    main(Path(sys.argv[1]), shipped())
