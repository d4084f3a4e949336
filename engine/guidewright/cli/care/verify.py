"""`guidewright care verify`: check that nothing in the store was changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from guidewright.cli.care.options import counted, instances_argument, opened, store_option
from guidewright.cli.common import Exit, format_option, show
from guidewright.errors import CallError, Code, ModelError, Note
from guidewright.guideline.wire import dumps
from guidewright.store.verify import Heads


@click.command(name="verify")
@instances_argument
@store_option
@click.option(
    "--save-heads",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write where every chain ends, to be kept out of the reach of the store's writers.",
)
@click.option(
    "--heads",
    "heads_path",
    metavar="FILE",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Heads saved earlier: each must still be in its chain.",
)
@format_option
def command(
    instances: tuple[str, ...],
    where: str,
    save_heads: Path | None,
    heads_path: Path | None,
    format_: str,
) -> None:
    """Check every byte of the store, or the named instances only.

    Each entry has a hash over all it holds and over the entry before; what else is stored must
    follow from the entries. Exit code 1 when something was changed, with the place.
    """
    with opened(where) as store:
        known = _heads(heads_path) if heads_path is not None else {}
        found = [
            {"table": fault.table, "row": fault.row, "fault": fault.text}
            for fault in store.verify(instances or None, known)
        ]
        heads = store.heads()
        if save_heads is not None and not found:
            _save(save_heads, heads)
    if format_ == "json":
        click.echo(dumps({"instances": len(instances) or len(heads), "faults": found}))
    else:
        lines = [f"{Code.STORE_DAMAGED}: {f['table']} {f['row']}: {f['fault']}" for f in found]
        end = counted(len(found), "fault") if found else "nothing was changed"
        checked = counted(len(instances) or len(heads), "instance")
        show("\n".join([*lines, f"{checked}: {end}"]))
    if found:
        sys.exit(Exit.FAULTS)


def _save(path: Path, heads: Heads) -> None:
    try:
        path.write_text(json.dumps(heads, indent=1) + "\n", encoding="utf-8")
    except OSError as fault:
        text = f"the file {str(path)!r} cannot be written: {fault.strerror}"
        raise ModelError(Note(Code.FILE_MISSING, None, text)) from None


def _heads(path: Path) -> Heads:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): (int(sequence), str(hash_)) for name, (sequence, hash_) in data.items()}
    except FileNotFoundError:
        raise ModelError(Note(Code.FILE_MISSING, None, f"there is no file {str(path)!r}")) from None
    except (OSError, ValueError, AttributeError, TypeError):
        text = f"{path} holds no heads as --save-heads writes them"
        raise CallError(Note(Code.STORE_DAMAGED, None, text)) from None
