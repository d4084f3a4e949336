"""`guidewright care deliver`: hand out what is to be done, at least once each."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys

import click

from guidewright.cli.care.options import counted, opened, store_option
from guidewright.cli.common import Exit, show
from guidewright.store.outbox import ATTEMPTS, Receiver
from guidewright.store.records import Delivery


@click.command(name="deliver")
@store_option
@click.option(
    "--to",
    "program",
    metavar="COMMAND",
    help="A program that gets each effect as JSON on its standard input; exit code 0 accepts it.",
)
@click.option("--print", "printed", is_flag=True, help="Print each effect as a line of JSON.")
@click.option(
    "--attempts",
    type=click.IntRange(1),
    default=ATTEMPTS,
    show_default=True,
    help="After so many an effect is marked as failed.",
)
@click.option("--limit", metavar="N", type=click.IntRange(1), help="At most so many effects.")
@click.option(
    "--timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0.1),
    default=60.0,
    show_default=True,
    help="How long the program may take for one effect.",
)
@click.option("--retry-failed", is_flag=True, help="First let failed ones be tried again.")
def command(
    where: str,
    program: str | None,
    printed: bool,
    attempts: int,
    limit: int | None,
    timeout: float,
    retry_failed: bool,
) -> None:
    """Hand out every pending effect once: order this, withdraw that, remind on this date.

    Each has a key that never changes; a receiver that knows keys it has seen does nothing twice. An
    effect that fails is tried again by the next call and holds up no other. Exit code 1 when one
    has failed for good.
    """
    if printed == (program is not None):
        raise click.UsageError("give either --to COMMAND or --print")
    receiver = _printing if program is None else _program(shlex.split(program), timeout)
    with opened(where) as store:
        if retry_failed:
            store.retry_failed()
        done = store.deliver(receiver, attempts=attempts, limit=limit)
    if not printed:
        counts = (len(done.delivered), len(done.postponed), len(done.failed))
        show("{} delivered, {} to be tried again, {} failed".format(*counts))
    for each in done.failed:
        click.echo(
            f"{each.key} failed after {counted(each.attempts, 'attempt')}: {each.error}", err=True
        )
    if done.failed:
        sys.exit(Exit.FAULTS)


def _message(delivery: Delivery) -> str:
    data = {"key": delivery.key, "instance": delivery.instance, **delivery.effect}
    return json.dumps(data, ensure_ascii=False)


def _printing(delivery: Delivery) -> None:
    click.echo(_message(delivery))
    sys.stdout.flush()


def _program(arguments: list[str], timeout: float) -> Receiver:
    def receive(delivery: Delivery) -> None:
        done = subprocess.run(  # noqa: S603 - the user's own program, without a shell
            arguments, input=_message(delivery), text=True, encoding="utf-8", timeout=timeout,
            stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise ChildProcessError(f"the program ended with exit code {done.returncode}")

    return receive
