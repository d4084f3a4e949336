"""Groups of commands that are imported only when they are run, so that help comes at once.

In: a table from command to one line of help, and the package that has a module of each name. Out: a
group of click.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from keyword import iskeyword
from types import ModuleType
from typing import Any

import click


def module_of(package: str, name: str) -> ModuleType:
    """Return the module of a command; one that is called as a word of Python ends with `_`."""
    return import_module(f"{package}.{name}" + ("_" if iskeyword(name) else ""))


class Commands(click.Group):
    """A group that knows its commands by name and imports one when it is asked for."""

    def __init__(self, *args: Any, table: Mapping[str, str], package: str, **keys: Any) -> None:
        super().__init__(*args, **keys)
        self.table = table
        self.package = package

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of a command."""
        if cmd_name not in self.table:
            return None
        command: click.Command = module_of(self.package, cmd_name).command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which one may be meant."""
        if args and args[0] not in self.table and not args[0].startswith("-"):
            from guidewright.errors import did_you_mean

            near = did_you_mean(args[0], self.table)
            ctx.fail(f"there is no command {args[0]!r}" + (f"; {near}" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the table; nothing is imported for it."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.table.items()))
