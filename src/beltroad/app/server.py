"""Runs the workspace: folder and lock, database, web server, workers; and its end."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import signal
import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, TextIO

import sqlalchemy as sa

from beltroad.app.database import Database, migrate
from beltroad.app.settings import Settings
from beltroad.errors import InputError, OutputError

if TYPE_CHECKING:
    from types import FrameType

    from starlette.types import ASGIApp, Receive, Scope, Send

    from beltroad.app.jobs.kinds import Lane
    from beltroad.app.jobs.supervisor import Supervisor

__all__ = ["LOOPBACK", "run", "work"]

LOOPBACK = ("127.0.0.1", "localhost", "::1")
Say = Callable[[str], None]
_PAUSE = 1.0  # seconds without a request after which nobody waits for a page that loads


def run(
    settings: Settings,
    *,
    host: str = "127.0.0.1",
    port: int = 8000,
    lanes: Sequence[Lane] = ("quick", "long"),
    kinds_at: str = "",
    open_browser: bool = False,
    say: Say = print,
) -> None:
    """Serve the workspace until Ctrl-C or SIGTERM.

    Raises
    ------
    InputError
        If the settings are unsafe, the port is taken or the database is none of ours.
    OutputError
        If the folder cannot be written, or another process serves it.
    Unavailable, Conflict
        If the database cannot be reached, or was made by a newer version.
    """
    began = time.monotonic()
    from beltroad.app.security.checks import check_settings

    if settings.mode == "local" and host not in LOOPBACK:
        raise InputError(
            f"--host {host}: others could reach a workspace without login; use --team, "
            "or leave --host away"
        )
    check_settings(settings)
    _prepare(settings)
    with _lock(settings) as note, _listening(host, port) as sock, _ahead(settings):
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{sock.getsockname()[1]}"
        note.truncate()
        note.write(f"{os.getpid()} {address}\n")
        note.flush()
        database = _opened(settings)
        try:
            _serve(settings, database, sock, address, lanes, kinds_at, open_browser, say, began)
        finally:
            database.dispose()


def _ahead(settings: Settings) -> contextlib.AbstractContextManager[None]:
    """Answers kept in the folder; at its first start made while the database is."""
    from beltroad.app.questions import kept

    return kept.keeping(settings.home / "cache" / "start", helped=(os.cpu_count() or 1) > 1)


class _Traffic:
    """The application, with an ear for whether anyone is being served."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._now = 0
        self._last = time.monotonic()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._now += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._now -= 1
            self._last = time.monotonic()

    def quiet(self, seconds: float, most: float = 10.0) -> None:
        """Wait until no one was served for some time; not forever."""
        end = time.monotonic() + most
        while (now := time.monotonic()) < end and (self._now or now - self._last < seconds):
            time.sleep(0.05)


def _warm(settings: Settings) -> Sequence[Callable[[], object]]:
    """Read ahead what the front page needs; what later pages need is left to the caller."""
    from beltroad.app.questions import geo, observatory
    from beltroad.app.questions.debt import listing

    geo.warm(settings.boundaries)
    observatory.observatory()
    theme = "beltroad.appraisal.report.theme"
    return (*observatory.warm(), lambda: import_module(theme), lambda: listing.ratings(settings))


def _settle(settings: Settings, traffic: _Traffic, supervisor: Supervisor) -> None:
    """After the start: the first visitor first, then workers, then what others may ask for."""
    later: Sequence[Callable[[], object]] = ()
    with contextlib.suppress(Exception):  # a fault here shows again where it matters
        later = _warm(settings)
    traffic.quiet(_PAUSE)
    supervisor.start()
    for make in later:
        traffic.quiet(2 * _PAUSE)
        with contextlib.suppress(Exception):
            make()


def _serve(
    settings: Settings,
    database: Database,
    sock: socket.socket,
    address: str,
    lanes: Sequence[Lane],
    kinds_at: str,
    open_browser: bool,
    say: Say,
    began: float,
) -> None:
    import uvicorn

    from beltroad.app.accounts.users import list_users
    from beltroad.app.factory import create_app
    from beltroad.app.jobs.kinds import load
    from beltroad.app.jobs.supervisor import Supervisor

    app = create_app(settings, database)
    if kinds_at:
        app.state.kinds = load(kinds_at)
    supervisor = Supervisor(database, settings, lanes, kinds_at=kinds_at)
    traffic = _Traffic(app)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                ready = f"ready in {time.monotonic() - began:.1f} s; Ctrl-C ends it"
                say(f"beltroad: the workspace is at {address} ({ready})")
                if settings.mode == "team" and not list_users(database, page=1, per_page=1)[1]:
                    say(
                        "beltroad: nobody has an account yet; make the first with: "
                        "beltroad workspace user add NAME --role admin"
                    )
                # Workers only after the first page: their start would delay it.
                parts = (settings, traffic, supervisor)
                threading.Thread(target=_settle, args=parts, daemon=True).start()
                if open_browser:
                    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    server = Server(
        uvicorn.Config(
            traffic, log_level="warning", access_log=False, server_header=False,
            proxy_headers=False, timeout_graceful_shutdown=2,
        )
    )  # fmt: skip
    try:
        with _stoppable():
            server.run(sockets=[sock])
    except KeyboardInterrupt:
        pass
    finally:
        back = supervisor.stop()
        say("beltroad: stopped" + (f"; {back} jobs go on at the next start" if back else ""))


def work(
    settings: Settings,
    *,
    lanes: Sequence[Lane] = ("quick", "long"),
    kinds_at: str = "",
    say: Say = print,
) -> None:
    """Work on the queue of a workspace that another process serves, until Ctrl-C or SIGTERM.

    Raises
    ------
    InputError
        If the database has no workspace of this version.
    """
    from beltroad.app.jobs.supervisor import Supervisor

    _prepare(settings)
    database = _connected(settings)
    try:
        found = migrate.current(database)
        if found != migrate.HEAD:
            raise InputError(
                f"the database has the schema {found or 'of no workspace'}, this beltroad knows "
                f"{migrate.HEAD}; start beltroad serve of the same version on it first"
            )
        supervisor = Supervisor(database, settings, lanes, kinds_at=kinds_at)
        try:
            with _stoppable():
                supervisor.start()
                say(f"beltroad: {len(lanes)} workers wait for jobs (Ctrl-C ends them)")
                threading.Event().wait()
        except KeyboardInterrupt:
            pass
        finally:
            supervisor.stop()
            say("beltroad: stopped")
    finally:
        database.dispose()


def _prepare(settings: Settings) -> None:
    home = settings.home
    probe = home / f".probe-{os.getpid()}"
    try:
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise OutputError(
            f"{home}: cannot be written ({error.strerror}); give another folder with --home"
        ) from None
    logging.basicConfig(
        level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )


@contextlib.contextmanager
def _lock(settings: Settings) -> Iterator[TextIO]:
    """One server for a folder. The system gives the lock free when the process ends, however."""
    path = settings.home / "serve.lock"
    with path.open("a+", encoding="ascii") as handle:
        handle.seek(0)
        try:
            _take(handle)
        except OSError:
            pid, _, address = handle.read(200).strip().partition(" ")
            raise OutputError(
                f"{settings.home}: served already by process {pid or 'unknown'}"
                f"{f' at {address}' if address else ''}; use that one, end it, or give another "
                "folder with --home"
            ) from None
        yield handle


def _take(handle: TextIO) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextlib.contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        if sys.platform != "win32":  # there it would let two servers share a port
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, port))
            sock.listen(256)
        except (OSError, UnicodeError) as error:
            raise _why(host, port, error) from None
        sock.set_inheritable(False)
        yield sock


def _why(host: str, port: int, error: Exception) -> InputError:
    number = getattr(error, "errno", None)
    if number == errno.EADDRINUSE:
        return InputError(f"--port {port}: in use by another program; give another, or 0 for any")
    if number == errno.EACCES:
        return InputError(f"--port {port}: not allowed for this user; give one above 1023")
    reason = getattr(error, "strerror", None) or "no such address"
    return InputError(f"--host {host}: cannot be used here ({reason})")


def _connected(settings: Settings) -> Database:
    try:
        return Database(settings.database_url)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ImportError):
        # The address is not repeated: it may hold a password.
        raise InputError(
            "--database: no address beltroad can use; write sqlite:///file or "
            "postgresql://user:password@host/name"
        ) from None


def _opened(settings: Settings) -> Database:
    from beltroad.app.registry import bundled

    database = _connected(settings)
    try:
        migrate.upgrade(database)
        bundled.load(database)
    except sa.exc.DatabaseError as error:
        said = str(error.orig).strip().splitlines() or [type(error).__name__]
        raise InputError(f"--database: cannot hold a workspace ({said[0]})") from None
    return database


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM ends the block like Ctrl-C does, so that what follows it is still done."""

    def stop(_: int, __: FrameType | None) -> Any:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
