"""Templates of a package of ours: every text is escaped, and an unknown name is an error."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from guidewright_visualize.typesetting import clean


@lru_cache(maxsize=4)
def templates(package: str, *, cleaning: bool = False) -> Environment:
    """Return the templates of a package; with `cleaning`, texts are cleaned where they stand."""
    return Environment(
        loader=PackageLoader(package),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_cleaned if cleaning else None,
    )


def _cleaned(value: Any) -> Any:
    return clean(value) if type(value) is str else value
