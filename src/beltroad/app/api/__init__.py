"""HTTP API, version 1. One module for each subject; each has ``router``."""

from __future__ import annotations

from importlib import import_module

from fastapi import APIRouter

__all__ = ["API", "MODULES", "routers"]

API = "/api/v1"
MODULES = (
    "meta", "accounts", "observatory", "countries", "geo", "projects", "registry", "imports",
    "routes", "scenarios", "jobs", "results", "views", "rules", "debt", "risk",
)  # fmt: skip


def routers() -> list[APIRouter]:
    """All routers of the API."""
    return [import_module(f"beltroad.app.api.{name}").router for name in MODULES]
