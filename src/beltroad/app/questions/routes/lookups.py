"""Quick look-ups: named services with their figures and checks, cables, delay over fibre."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Answer, Column, Figure, Origin, Table, table_of
from beltroad.app.errors import NotFound
from beltroad.app.questions.figures_base import text_column as _text
from beltroad.errors import InputError

__all__ = ["cables", "latency", "listed", "service"]


def _claim(row: dict[str, Any], kind: str = "claimed") -> dict[str, Any]:
    """The origin of a row that names its own source."""
    url = row.get("source_url")
    note = "; ".join(str(row[k]) for k in ("confidence", "note") if _known(row.get(k)))
    return Origin(
        source=str(row.get("claimed_by") or row.get("source_title") or ""),
        url=str(url) if _known(url) else "", as_of=_year(row.get("source_year")), kind=kind,
        note=f"{row['source_title']}; {note}" if row.get("claimed_by") else note,
    ).model_dump()  # fmt: skip


def _known(value: Any) -> bool:
    return value is not None and value != "" and value == value


def _year(value: Any) -> str:
    return f"{float(value):.0f}" if _known(value) else ""


def _number(name: str, title: str, unit: str, decimals: int | None = None, formula: str = "",
            method: str = "services") -> Column:  # fmt: skip
    origin = Origin(kind="computed", formula=formula, method=method) if formula else Origin()
    return Column(name=name, title=title, unit=unit, kind="number", decimals=decimals,
                  origin=origin)  # fmt: skip


def _about(table: str, method: str) -> Origin:
    info = evidence.info(table)
    return Origin(source=info.title, licence=info.sources[0].licence, kind="claimed",
                  as_of=info.sources[0].vintage, method=method)  # fmt: skip


@lru_cache(maxsize=1)
def listed() -> Table:
    """All named services."""
    from beltroad.infrastructure import services as named

    rows = [
        {
            "service_id": s.id, "name": s.name, "kind": s.kind, "status": s.status,
            "since": s.since_year, "places": len(s.places), "figures": len(s.figures),
            "lines": len(s.lines), "operator": s.operator, "_href": f"/routes/services/{s.id}",
            "_origin": _claim({"source_title": s.source_title, "source_url": s.source_url,
                               "confidence": s.confidence, "note": s.note}),
        }
        for s in named.services()
    ]  # fmt: skip
    described = (
        _text("name", "Service"), _text("kind", "Kind"), _text("status", "Status"),
        _number("since", "Since", "year"), _number("places", "Places", "number", 0),
        _number("figures", "Figures", "number", 0), _number("lines", "Lines", "number", 0),
        _text("operator", "Operator"), _text("service_id", "Id"),
    )  # fmt: skip
    return table_of("services", "Named services", pd.DataFrame(rows), described,
                    origin=_about("services", "services"))  # fmt: skip


@lru_cache(maxsize=64)
def service(name: str) -> tuple[Any, Answer]:
    """One service, and its figures as claimed, checks, lines and places.

    Raises
    ------
    NotFound
        If there is no such service; near names are given.
    """
    from beltroad.infrastructure import services as named

    try:
        found = named.service(name)
    except InputError as error:
        raise NotFound(str(error)) from None
    tables = (
        _figures(found), _checks(named.service_checks(found)), _differing(named.conflicts(found)),
        _lines(found), _places(found),
    )  # fmt: skip
    notes = [found.note] if found.note else []
    return found, Answer(
        title=found.name, tables=tuple(t for t in tables if t.rows), notes=tuple(notes)
    )


def _own(frame: pd.DataFrame, kind: str = "claimed") -> pd.DataFrame:
    origins = [_claim({str(k): v for k, v in r.items()}, kind) for r in frame.to_dict("records")]
    return frame.assign(_origin=pd.Series(origins, index=frame.index, dtype=object))


def _figures(found: Any) -> Table:
    described = (
        _text("figure", "Figure"), _text("scope", "Of"), _text("as_of", "As of"),
        _text("qualifier", "Said as"), _number("value", "Claimed", "as in the row"),
        _text("unit", "Unit"), _text("claimed_by", "Claimed by"),
        _text("confidence", "Confidence"),
    )  # fmt: skip
    return table_of("figures", "Figures as claimed", _own(found.figures), described,
                    origin=_about("service_figures", "services"))  # fmt: skip


def _checks(frame: pd.DataFrame) -> Table:
    described = (
        _text("check", "Check"), _text("figure", "Figure"), _text("as_of", "As of"),
        _number("published", "Published", "as in the row"),
        _number("derived", "Derived", "as in the row", None, "from other claims of the service"),
        _text("unit", "Unit"),
        _number("gap_percent", "Gap", "%", 1, "100 × (published ÷ derived − 1)"),
        _text("verdict", "Verdict"), _text("claimed_by", "Claimed by"), _text("note", "Note"),
    )  # fmt: skip
    return table_of("checks", "Checks: what the figures imply", frame, described,
                    origin=Origin(source="the claims of this table against one another",
                                  kind="computed", method="services"))  # fmt: skip


def _differing(frame: pd.DataFrame) -> Table:
    described = (
        _text("figure", "Figure"), _text("scope", "Of"), _text("as_of", "As of"),
        _text("unit", "Unit"), _number("claims", "Claims", "number", 0),
        _number("low", "Lowest", "as in the row"), _number("high", "Highest", "as in the row"),
        _number("spread_percent", "Spread", "%", 1, "100 × (highest ÷ lowest − 1)"),
        _text("claimed_by", "Claimed by"),
    )  # fmt: skip
    return table_of("conflicts", "Claims that differ", frame, described,
                    origin=_about("service_figures", "services"))  # fmt: skip


def _lines(found: Any) -> Table:
    described = (
        _text("name", "Line"), _text("mode", "Mode"), _text("via", "By way of"),
        _number("departures_per_week", "Departures", "a week"),
        _number("km_published", "Length", "km", 0), _number("days_published", "Time", "days"),
        _number("usd_per_teu_published", "Price", "USD per TEU", 0),
        _text("confidence", "Confidence"), _text("note", "Note"),
    )  # fmt: skip
    return table_of("lines", "Lines as published", _own(found.lines), described,
                    origin=_about("service_lines", "services"))  # fmt: skip


def _places(found: Any) -> Table:
    described = (
        _text("place", "Place"), _text("role", "Role"), _text("iso3", "Economy"),
        _number("lat", "Latitude", "degrees", 2), _number("lon", "Longitude", "degrees", 2),
        _text("confidence", "Confidence"),
    )  # fmt: skip
    return table_of("places", "Places", _own(found.places), described,
                    origin=_about("service_places", "services"))  # fmt: skip


@lru_cache(maxsize=1)
def cables() -> Table:
    """Fibre cables as published."""
    frame = evidence.load("cables").sort_values(["kind", "year", "cable_id"], kind="stable")
    described = (
        _text("name", "Cable"), _text("kind", "Kind"), _number("year", "In service", "year"),
        _number("length_km", "Length", "km", 0), _number("capacity_tbps", "Capacity", "Tbit/s"),
        _text("status", "Status"), _text("owners", "Owners"), _text("confidence", "Confidence"),
    )  # fmt: skip
    return table_of("cables", "Fibre cables", _own(frame, "observed"), described,
                    origin=_about("cables", "cables"))  # fmt: skip


@lru_cache(maxsize=8)
def _fibre(ends: tuple[tuple[str, str, float, float, float], ...]) -> Any:
    from beltroad.infrastructure.cables import bundled_fibre

    columns = ["name", "iso3", "lat", "lon", "population"]
    cities = pd.DataFrame(list(ends), columns=columns)
    cities.insert(0, "city_id", [str(k) for k in range(len(ends))])
    return bundled_fibre(cities, threads=1)


def latency(
    origin: str, destination: str, lose: Sequence[str] = (), year: int | None = None
) -> Answer:
    """Delay there and back over the quickest way of cables and land, with and without a loss.

    Raises
    ------
    InputError
        If a place, or what is lost, is not known.
    """
    from beltroad.infrastructure.cables import latency as quickest
    from beltroad.infrastructure.routes.places import find_place

    ends = [find_place(text) for text in (origin, destination)]
    if ends[0] == ends[1]:
        raise InputError("from and to are the same place: delay needs two")
    net = _fibre(tuple((p.name, p.iso3, p.lat, p.lon, p.population or 0.0) for p in ends))
    first = len(net.points) - 2
    way = quickest(net, first, first + 1, losses=net.anything(lose), year=year)
    figures = [
        Figure(
            id="rtt", label="Delay there and back", value=_finite(way.rtt_ms), unit="ms",
            origin=_over([(f"{g.origin} – {g.destination}", f"{g.ms:.2f} ms one way")
                          for g in way.legs]),
        ),
        Figure(
            id="km", label="Fibre one way", value=_finite(way.km), unit="km",
            origin=_over([(g.cable or "land", f"{g.km:,.0f} km") for g in way.legs]),
        ),
    ]  # fmt: skip
    if lose:
        whole = quickest(net, first, first + 1, year=year)
        figures.append(
            Figure(id="rtt_whole", label="Without the loss", value=_finite(whole.rtt_ms),
                   unit="ms", origin=_over([("lost", ", ".join(lose))]))
        )  # fmt: skip
    rows = pd.DataFrame(
        [
            {"origin": g.origin, "destination": g.destination, "over": g.cable or "land",
             "km": g.km, "ms": g.ms}
            for g in way.legs
        ],
        columns=["origin", "destination", "over", "km", "ms"],
    )  # fmt: skip
    described = (
        _text("origin", "From"), _text("destination", "To"), _text("over", "Over"),
        _number("km", "Fibre", "km", 0, "length of the cable's run, or of the road beside it",
                "cables"),
        _number("ms", "Delay", "ms one way", 2, "km ÷ speed of light in glass + equipment",
                "cables"),
    )  # fmt: skip
    notes = ["A lower bound: shortest fibre path; published round trips are some 20% longer."]
    if not way.legs:
        notes.append("No way over the cables and roads known here.")
    legs = table_of("legs", "Way of the light", rows, described, origin=_about("cables", "cables"))
    return Answer(title=f"{ends[0].label} to {ends[1].label}", figures=tuple(figures),
                  tables=(legs,), notes=tuple(notes))  # fmt: skip


def _finite(value: float) -> float | None:
    return round(float(value), 3) if math.isfinite(value) else None


def _over(inputs: Sequence[tuple[str, str]]) -> Origin:
    return Origin(
        source="Cables, landings and roads as bundled", kind="computed", method="cables",
        formula="2 × sum over the quickest way of km ÷ speed of light in glass",
        inputs=tuple(inputs),
    )  # fmt: skip
