"""Running instances that survive: a journal of events in SQLite or PostgreSQL.

In: a path or URL. Out: `open` gives a `Store`; what it hands out is in `records`. The journal is
the truth, chained by hash; see docs/care.md.
"""

from guidewright.store.api import Store
from guidewright.store.api import open_store as open  # noqa: A004 - read as `store.open(url)`
from guidewright.store.records import (
    ConflictError,
    Delivery,
    DeliveryStatus,
    Entry,
    Head,
    Receipt,
    Status,
    StoreError,
)

__all__ = [
    "ConflictError",
    "Delivery",
    "DeliveryStatus",
    "Entry",
    "Head",
    "Receipt",
    "Status",
    "Store",
    "StoreError",
    "open",
]
