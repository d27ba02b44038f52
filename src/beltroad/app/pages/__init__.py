"""Web pages. One module for each page or group of pages; each has ``router``."""

from __future__ import annotations

from importlib import import_module

from fastapi import APIRouter

__all__ = ["MODULES", "routers"]

MODULES = (
    "observatory", "countries", "projects", "routes", "scenarios", "compare", "rules", "debt",
    "risk", "registry", "imports", "jobs", "results", "accounts", "help",
)  # fmt: skip


def routers() -> list[APIRouter]:
    """All routers of the pages."""
    return [import_module(f"beltroad.app.pages.{name}").router for name in MODULES]
