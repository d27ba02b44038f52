"""Places by what someone has typed so far, each with a text that finds it again."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from beltroad.errors import InputError

__all__ = ["MOST", "closable", "found", "meant", "same_again"]

MOST = 20


@lru_cache(maxsize=4096)
def found(text: str, limit: int = 8) -> tuple[dict[str, Any], ...]:
    """Places that a text may mean, likeliest first; nothing where it cannot be a place's name.

    ``text`` of each finds that place again wherever a place is asked for.
    """
    from beltroad.infrastructure.routes.places import candidates, find_place, parse_point

    try:
        point = parse_point(text) if text.strip() else None
        near = [find_place(text)] if point is not None else candidates(text, min(limit, MOST))
    except InputError:
        return ()
    return tuple(_record(place) for place in near)


def _record(place: Any) -> dict[str, Any]:
    return {
        "text": same_again(place), "name": place.name, "label": place.label, "kind": place.kind,
        "iso3": place.iso3, "lat": place.lat, "lon": place.lon, "locode": place.locode,
        "population": place.population, "in_network": place.in_network,
    }  # fmt: skip


def same_again(place: Any) -> str:
    """A text that names this place and no other, as short as one is."""
    from beltroad.infrastructure.routes.places import find_place

    where = f"{place.name}, {place.iso3}"
    for text in (place.label, f"{where} (iata:{place.iata})", f"{where} ({place.place_id})"):
        try:
            if find_place(text) == place:
                return text
        except InputError:
            continue
    return f"{place.lat:g},{place.lon:g}"


def meant(text: str) -> str:
    """The one place that a text names, as a text that always names it.

    Raises
    ------
    InputError
        If there is none, or several of like weight; they are listed.
    """
    from beltroad.infrastructure.routes.places import find_place

    return same_again(find_place(text))


@lru_cache(maxsize=1)
def _gates() -> tuple[tuple[str, str, str, str], ...]:
    """Folded words, text, label and kind of what can be closed by name, straits first."""
    from beltroad import evidence
    from beltroad.infrastructure.routes.closures import STRAITS
    from beltroad.infrastructure.routes.places import fold

    rows = [("strait:" + tag, label, "strait") for tag, (label, _) in STRAITS.items()]
    for r in evidence.load("borders").to_dict("records"):
        said = f"{r['name']} ({r['iso3_a']}–{r['iso3_b']}, {r['mode']})"
        rows.append((f"border:{r['border_id']}", said, "border"))
    for table, kind, key in (
        ("countries", "country", "iso3"), ("container_ports", "port", "locode"),
        ("projects", "line", "id"),
    ):  # fmt: skip
        frame = evidence.load(table)
        pairs = zip(frame[key].astype(str), frame["name"].astype(str), strict=True)
        rows += [(f"{kind}:{code}", f"{name} ({code})", kind) for code, name in pairs]
    return tuple((fold(f"{text} {label}"), text, label, kind) for text, label, kind in rows)


@lru_cache(maxsize=4096)
def closable(text: str, limit: int = 8) -> tuple[dict[str, str], ...]:
    """Straits, borders, countries, ports and lines whose name holds the text."""
    from beltroad.infrastructure.routes.places import fold

    key = fold(text)
    hits = [row for row in _gates() if key and key in row[0]]
    hits.sort(key=lambda row: not fold(row[2]).startswith(key))
    return tuple({"text": t, "label": label, "kind": kind} for _, t, label, kind in hits[:limit])
