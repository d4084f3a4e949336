"""A store of an earlier form -> the present form, step by step, in one transaction.

Each upgrade takes the form of its number to the next. Entries of the journal are never rewritten:
their texts are hashed, and `workflow.codec` reads every form it ever wrote.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, update

from guidewright.store.schema import SCHEMA, about

# from which form: what makes it the next one
UPGRADES: dict[int, Callable[[Connection], None]] = {}


def upgrade(connection: Connection, found: int) -> None:
    """Bring a store from form `found` to the present one."""
    for number in range(found, SCHEMA):
        UPGRADES[number](connection)
    row = about.c.name == "schema"
    connection.execute(update(about).where(row).values(value=str(SCHEMA)))
