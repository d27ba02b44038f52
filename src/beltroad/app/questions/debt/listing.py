"""Ratings of all prepared countries beside the published ones."""

from __future__ import annotations

import json
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.app.settings import Settings

__all__ = ["RANKS", "choropleth", "countries", "ratings"]

RANKS = ("low", "moderate", "high", "in debt distress")


@lru_cache(maxsize=1)
def countries() -> pd.DataFrame:
    """Prepared countries with the share of their inputs that no source gives."""
    from beltroad.finance.debt.inputs import prepared

    return prepared.countries()


def choropleth(settings: Settings) -> dict[str, Any]:
    """Outlines of economies with the overall rating as ``value``, by its place in ``RANKS``."""
    from beltroad.app.questions import geo

    rows = {row["iso3"]: row for row in ratings(settings)}

    def tell(code: str, _: str) -> dict[str, Any]:
        row = rows.get(code)
        if row is None or row["overall"] not in RANKS:
            return {"href": ""}
        return {"value": RANKS.index(row["overall"]), "href": f"/debt/{code}",
                "label": f"{row['name']}: {row['overall']}"}  # fmt: skip

    return geo.shaded(settings.boundaries, tell)


_ratings_lock = threading.Lock()
_ratings_kept: dict[str, list[dict[str, Any]]] = {}


def ratings(settings: Settings) -> list[dict[str, Any]]:
    """A row a prepared country: rating by the framework that suits it, and the published one.

    Worked out once for each state of program and tables (some seconds), and kept in the
    workspace's folder.
    """
    from beltroad import evidence
    from beltroad.appraisal.cache import digest_of, source_digest

    key = digest_of("debt ratings", evidence.digest(), source_digest())
    with _ratings_lock:
        if key not in _ratings_kept:
            path = settings.home / "cache" / f"debt-ratings-{key[:32]}.json"
            try:
                found = json.loads(path.read_bytes())
            except (OSError, ValueError):
                found = _ratings()
                _keep(path, found)
            _ratings_kept.clear()
            _ratings_kept[key] = found
        return _ratings_kept[key]


def _ratings() -> list[dict[str, Any]]:
    from beltroad.app.answers import cells
    from beltroad.finance.debt.published.ratings import rated

    table, _ = rated(lambda _: None)
    about = countries().set_index("iso3")
    rows = cells(table)
    for row in rows:
        known = about.loc[row["iso3"]]
        row["observed_pct"] = round(100 - float(known["imputed_pct"] + known["assumed_pct"]), 1)
        row["imputed_pct"] = float(known["imputed_pct"])
        row["assumed_pct"] = float(known["assumed_pct"])
        row["gaps"] = int(known["gaps"])
        row["vintage"] = str(known["vintage"])
    return rows


def _keep(path: Any, found: list[dict[str, Any]]) -> None:
    from beltroad.errors import OutputError
    from beltroad.files import write_atomically

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, json.dumps(found).encode())
    except (OSError, OutputError):
        return  # the next start works them out again
