"""How the workspace is set up: where it keeps things, for whom it is, what it allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import platformdirs

__all__ = ["Limits", "Mode", "Settings", "default_home"]

Mode = Literal["local", "team"]


@dataclass(frozen=True)
class Limits:
    """What one visitor may ask for."""

    upload_bytes: int = 20_000_000
    reads_per_minute: int = 1200
    writes_per_minute: int = 120
    logins_per_minute: int = 10
    queued_jobs_per_user: int = 20
    json_bytes: int = 2_000_000


@dataclass(frozen=True)
class Settings:
    """Settings of one workspace; made by ``beltroad serve`` from options and environment.

    ``local`` is one user on one machine: SQLite in ``home``, loopback only, no login. ``team``
    has accounts and roles, and wants a secret of its own. It is served over HTTPS
    (``secure_cookies``) or says ``insecure_http`` out loud. ``hosts`` are the names it answers to;
    ``trusted_proxies`` the addresses whose ``X-Forwarded-For`` is believed. ``boundaries`` is a
    GeoJSON file that replaces the bundled outlines of economies.
    """

    home: Path
    database_url: str = field(repr=False)  # may hold a password
    mode: Mode = "local"
    secret: str = field(default="", repr=False)
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    secure_cookies: bool = False
    insecure_http: bool = False
    trusted_proxies: tuple[str, ...] = ()
    boundaries: Path | None = None
    boundaries_name: str = ""
    limits: Limits = field(default_factory=Limits)

    @staticmethod
    def local(home: Path | None = None) -> Settings:
        """One user on this machine, everything in one folder."""
        folder = home or default_home()
        return Settings(home=folder, database_url=f"sqlite:///{folder / 'workspace.sqlite'}")

    @property
    def results(self) -> Path:
        """Folder of the results of jobs, by content hash."""
        return self.home / "results"


def default_home() -> Path:
    """The user's data folder for beltroad."""
    return Path(platformdirs.user_data_dir("beltroad"))
