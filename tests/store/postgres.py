"""A PostgreSQL server for the tests: Debian's programs, a temporary folder, a free port.

In: nothing. Out: the URL of an empty database while the `with` block lasts, or the reason why there
is none. The server refuses to run as root, so root lends it to another user.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

USERS = ("postgres", "nobody")


def programs() -> Path | None:
    """Return the folder of `initdb` and `pg_ctl`, if they are installed."""
    found = shutil.which("initdb")
    if found is not None and shutil.which("pg_ctl", path=str(Path(found).parent)):
        return Path(found).parent
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    return next((place for place in reversed(places) if (place / "initdb").exists()), None)


def reason_against() -> str | None:
    """Say why no server can be started, or None when it can."""
    if programs() is None:
        return "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    if os.geteuid() == 0 and _other_user() is None:
        return "PostgreSQL does not run as root, and there is no other user to run it"
    return None


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Give the URL of a server of our own."""
    place = programs()
    assert place is not None, reason_against()
    user = _other_user() if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    if user is not None:
        shutil.chown(folder, user)
    data, port = folder / "data", _free_port()
    settings = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1"

    def run(*command: str) -> None:
        subprocess.run(command, user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL)

    run(
        str(place / "initdb"), "-D", str(data), "-A", "trust", "-U", "tester",
        "-E", "UTF8", "--locale=C", "--no-sync",
    )  # fmt: skip
    control = (str(place / "pg_ctl"), "-D", str(data), "-w", "-s", "-l", str(folder / "log"))
    run(*control, "-o", settings, "start")
    try:
        yield f"postgresql://tester@127.0.0.1:{port}/postgres"
    finally:
        run(*control, "-m", "immediate", "stop")
        shutil.rmtree(folder)


def _other_user() -> str | None:
    for name in USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return None


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
