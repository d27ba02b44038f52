"""Browser tests share the synthetic appraisal and one real browser."""

from __future__ import annotations

import secrets
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "appraisal"))

PASSWORD = "seven lamps by the river"
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import synthetic

    from beltroad.appraisal.report import html_report

    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html_report(synthetic.appraisal()), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    sync_api = pytest.importorskip("playwright.sync_api")
    found = next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser found: install one of {', '.join(_NAMES)}")
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def workspace_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the workspace that ``workspace_url`` serves."""
    return tmp_path_factory.mktemp("workspace")


@pytest.fixture(scope="session")
def workspace_url(workspace_home: Path) -> Iterator[str]:
    """A local workspace, migrated and seeded, served on a free port; jobs are worked off."""
    from beltroad.app import Settings
    from beltroad.app.database import Database, migrate
    from beltroad.app.registry import bundled

    settings = Settings.local(workspace_home)
    database = Database(settings.database_url)
    migrate.upgrade(database)
    bundled.load(database)
    over = threading.Event()
    worker = threading.Thread(target=_work, args=(database, settings, over), daemon=True)
    with _served(settings, database) as url:
        worker.start()
        yield url
        over.set()
    worker.join(15)
    database.dispose()


@pytest.fixture
def team_url(tmp_path: Path) -> Iterator[str]:
    """A workspace in team mode with an administrator and nothing else, on a free port."""
    from beltroad.app import Settings
    from beltroad.app.accounts import users
    from beltroad.app.accounts.passwords import Passwords
    from beltroad.app.database import Database, migrate

    settings = replace(
        Settings.local(tmp_path), mode="team", secret=secrets.token_urlsafe(48), insecure_http=True
    )
    database = Database(settings.database_url)
    migrate.upgrade(database)
    with database.session() as session:
        users.create(session, Passwords(), "tests", name="ada", role="admin", password=PASSWORD)
    with _served(settings, database) as url:
        yield url
    database.dispose()


@contextmanager
def _served(settings: Any, database: Any) -> Iterator[str]:
    import socket

    import uvicorn

    from beltroad.app import create_app

    listening = socket.create_server(("127.0.0.1", 0))
    served = create_app(settings, database)
    server = uvicorn.Server(uvicorn.Config(served, log_level="warning", lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    end = time.monotonic() + 30
    while not server.started:
        assert time.monotonic() < end, "the workspace did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(15)


def _work(database: Any, settings: Any, over: threading.Event) -> None:
    """Do queued jobs, one after the other, until the tests are over."""
    from beltroad.app.jobs import worker

    while not over.is_set():
        if not worker.run_once(database, settings):
            over.wait(0.1)


@pytest.fixture
def no_foreign_requests(workspace_url: str) -> Iterator[Callable[[Any], Any]]:
    """Watch pages: none may ask another host, and none may write a fault to the console."""
    asked: list[str] = []
    faults: list[str] = []

    def watch(page: Any) -> Any:
        page.on("request", lambda r: asked.append(r.url))
        page.on("pageerror", lambda e: faults.append(str(e)))
        page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        return page

    yield watch
    own = (workspace_url + "/", "data:", "blob:")
    assert asked, "no page was watched"
    assert [url for url in asked if not url.startswith(own)] == []
    # That a form was refused is no fault; the browser notes it as one.
    assert [text for text in faults if "status of 422" not in text] == []


@pytest.fixture(scope="session")
def password() -> str:
    """Password of the administrator of ``team_url``."""
    return PASSWORD
