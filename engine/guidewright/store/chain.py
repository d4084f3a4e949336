"""The hash chain: what is stored -> canonical text -> SHA-256, each entry holding the one before.

Every hash is over canonical JSON: a list of names and values in fixed order, ASCII, no blanks. The
texts of an entry go in as they are stored, so that no byte of them can change unnoticed. The chain
finds what was damaged or edited; whoever can write to the store could make it anew, therefore the
heads can be kept elsewhere (`verify --heads`).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from typing import Any

from guidewright.store.records import Entry

ENTRY_FORMAT = "guidewright.journal/1"
DELIVERY_FORMAT = "guidewright.delivery/1"


def canonical(data: Any) -> str:
    """Return JSON data as the one text that is stored and hashed; keys keep their order.

    >>> canonical({"b": [1, "x"], "a": None})
    '{"b":[1,"x"],"a":null}'
    """
    return json.dumps(data, ensure_ascii=True, separators=(",", ":"), allow_nan=False)


def entry_hash(entry: Entry) -> str:
    """Return the hash an entry must have; its own is left out."""
    named = [[f.name, getattr(entry, f.name)] for f in fields(entry) if f.name != "hash"]
    return _sha256([ENTRY_FORMAT, *named])


def delivery_seal(
    key: tuple[str, int, int], status: str, attempts: int, tried: str | None, error: str | None
) -> str:
    """Return the hash of a row of the outbox, which changes outside the chain."""
    return _sha256([DELIVERY_FORMAT, *key, status, attempts, tried, error])


def _sha256(data: list[Any]) -> str:
    return hashlib.sha256(canonical(data).encode("ascii")).hexdigest()
