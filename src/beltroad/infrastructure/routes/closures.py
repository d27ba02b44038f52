"""What can be shut or avoided: straits, borders, countries, ports, lines and sections of lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.infrastructure.network import PORT, RAIL, ROAD, Network, great_circle_km
from beltroad.infrastructure.projects.layers import Layer
from beltroad.infrastructure.routes.places import COUNTRY_WORDS, find_place, fold

__all__ = ["STRAITS", "Closure", "closed_links", "parse_closure", "parse_closures", "parsed_early"]

# Passage tags of the network: the name people read, and other names they write.
STRAITS = {
    "suez": ("Suez Canal", ("suezcanal",)),
    "babalmandab": ("Bab-el-Mandeb", ("babelmandeb", "redsea", "babalmandeb", "babelmandab")),
    "malacca": ("Strait of Malacca", ("malaccastrait", "straitofmalacca")),
    "ormuz": ("Strait of Hormuz", ("hormuz", "straitofhormuz")),
    "bosporus": ("Bosporus", ("bosphorus", "turkishstraits")),
    "dardanelles": ("Dardanelles", ()),
    "panama": ("Panama Canal", ("panamacanal",)),
    "gibraltar": ("Strait of Gibraltar", ("straitofgibraltar",)),
    "taiwan": ("Taiwan Strait", ("taiwanstrait",)),
    "sunda": ("Sunda Strait", ("sundastrait",)),
    "south_africa": ("Cape of Good Hope", ("cape", "capeofgoodhope")),
    "chili": ("Strait of Magellan", ("magellan", "straitofmagellan")),
    "bering": ("Bering Strait", ("beringstrait",)),
}
KINDS = ("strait", "border", "country", "port", "line")
# A section of a line is named by its mode and two places: ``rail:Urumqi to Khorgos``.
SECTIONS = {"rail": RAIL, "road": ROAD}
SECTION_REACH_KM = 25.0

_T = TypeVar("_T")


@dataclass(frozen=True)
class Closure:
    """One thing shut: its kind, references, and a name.

    ``kind`` is strait, border, country, port, line or section; a section has its ``links``
    instead of references.
    """

    kind: str
    refs: tuple[str, ...]
    label: str
    links: tuple[int, ...] = ()


def parse_closures(texts: Iterable[str], network: Network) -> list[Closure]:
    """Several of :func:`parse_closure`; commas separate, too."""
    parts = [p.strip() for text in texts for p in text.split(",")]
    return [parse_closure(p, network) for p in parts if p]


def parse_closure(text: str, network: Network) -> Closure:
    """What a user means by a word.

    A strait by its name; a border by its id or the name of a place on either side; a country by
    code or name; a port by its UN/LOCODE; a line by the id of the project that builds it; a section
    of railway or road as ``rail:Urumqi to Khorgos`` (the shortest way along that layer). A prefix
    such as ``country:`` or ``port:`` settles what a word in doubt means.

    Raises
    ------
    InputError
        If nothing has this name; close names are suggested.
    """
    shown = text[:60]
    kind, _, rest = text.partition(":") if ":" in text else ("", "", text)
    kind, word = kind.strip().lower(), rest.strip()
    if kind in SECTIONS:
        return _section(kind, word, network)
    if kind and kind not in KINDS:
        raise InputError(f"{shown!r}: {kind!r} is not one of {', '.join((*KINDS, *SECTIONS))}")
    names: dict[str, str] = {}
    searches: dict[str, Callable[[], Closure | None]] = {
        "strait": lambda: _strait(word, names),
        "border": lambda: _border(word, names),
        "country": lambda: _country(word, names),
        "port": lambda: _port(word, network, names),
        "line": lambda: _line(word, network, names),
    }
    for search in (kind,) if kind else KINDS:
        found = searches[search]()
        if found is not None:
            return found
    close = suggest(word, names, limit=5)
    raise InputError(
        f"{shown!r} is no strait, border, country, port or project line of the network. "
        f"{close or 'See `beltroad tables borders`, `countries`, `projects`.'}"
    )


def parsed_early(text: str, parse: Callable[[str, Network], _T]) -> _T | None:
    """What a word means on the bundled network, before long work places projects on it.

    None if it means nothing there but has the code of a port that a project builds: only the
    network with all projects can tell.

    Raises
    ------
    InputError
        From ``parse``, if no project can give the word a meaning.
    """
    try:
        return parse(text, Network.bundled())
    except InputError:
        codes = evidence.load("projects")["locode"].fillna("").astype(str).str.upper()
        if not any(code in text.upper() for code in set(codes) - {""}):
            raise
        return None


def closed_links(
    network: Network,
    closures: Iterable[Closure],
    lines: Mapping[str, NDArray[np.integer]] | None = None,
) -> NDArray[np.bool_]:
    """Links that cannot be used when these things are shut, shape (links,).

    ``lines`` are the links of each project's line by its id. A country is shut with every link
    that touches it, a port with all its links.

    Raises
    ------
    InputError
        If a closure touches no link at all.
    """
    shut = np.zeros(len(network.km), np.bool_)
    for closure in closures:
        here = _links(network, closure, lines or {})
        if not here.any():
            raise InputError(
                f"{closure.label}: no link of the network belongs to it, so nothing would be shut"
            )
        shut |= here
    return shut


def _links(
    network: Network, closure: Closure, lines: Mapping[str, NDArray[np.integer]]
) -> NDArray[np.bool_]:
    refs = list(closure.refs)
    if closure.kind == "strait":
        return np.isin(network.passage, refs)
    if closure.kind == "border":
        return np.isin(network.border, refs)
    if closure.kind == "country":
        inside = np.isin(network.countries, refs)[network.country_code]
        return np.asarray(inside[network.u] | inside[network.v])
    if closure.kind == "port":
        port = (network.layer == PORT) & np.isin(network.ref, refs)
        return np.asarray(port[network.u] | port[network.v])
    out = np.zeros(len(network.km), np.bool_)
    out[list(closure.links)] = True
    for ref in refs:
        out[lines.get(ref, np.empty(0, np.intp))] = True
    return out


def _strait(word: str, names: dict[str, str]) -> Closure | None:
    key, own, bare = _fold(word), word.casefold(), _bare(word)
    for tag, (label, others) in STRAITS.items():
        names.update(dict.fromkeys((label, tag, *others), tag))
        # South Africa is a country; only "south_africa" is the sea round it.
        if own == tag or key in (tag, _fold(label), *others) or (bare and bare == _bare(label)):
            return Closure("strait", (tag,), label)
    return None


def _bare(word: str) -> str:
    """Name of a strait or canal without that word: ``Hormuz Strait`` and ``Strait of Hormuz``."""
    words = re.findall(r"\w+", word.casefold())
    kind = {"the", "of", "strait", "straits", "canal"}
    return "".join(w for w in words if w not in kind) if kind & set(words) else ""


def _border(word: str, names: dict[str, str]) -> Closure | None:
    table = evidence.load("borders")
    names.update(dict.fromkeys(table["border_id"], "border"))
    names.update(dict.fromkeys(table["place_a"], "border"))
    key = _fold(word)
    exact = table[table["border_id"].map(_fold) == key]
    if exact.empty:
        sides = table[["name", "place_a", "place_b"]].map(_fold)
        parts = table["border_id"].str.split("-").map(lambda p: {_fold(x) for x in p[:-1]})
        hit = (sides == key).any(axis=1) | parts.map(lambda p: key in p)
        exact = table[hit]
    if exact.empty:
        return None
    label = " and ".join(sorted(set(exact["name"])))
    return Closure("border", tuple(exact["border_id"]), f"border {label}")


def _country(word: str, names: dict[str, str]) -> Closure | None:
    table = evidence.load("countries")
    names.update(dict.fromkeys(table["name"], "country"))
    key = _fold(word)
    columns = table[["iso3", "iso2", "name"]].map(_fold)
    hit = table[(columns == key).any(axis=1) | (table["iso3"] == COUNTRY_WORDS.get(key, ""))]
    if hit.empty:
        return None
    row = hit.iloc[0]
    return Closure("country", (str(row["iso3"]),), str(row["name"]))


def _port(word: str, network: Network, names: dict[str, str]) -> Closure | None:
    ports: pd.Series = network.terminals(PORT)
    names.update(dict.fromkeys(ports.index.astype(str), "port"))
    code = word.replace(" ", "").upper()
    return Closure("port", (code,), f"port {code}") if code in ports.index else None


def _line(word: str, network: Network, names: dict[str, str]) -> Closure | None:
    table = evidence.load("projects")
    ids = [*table["id"].astype(str), *network.added_by]
    names.update(dict.fromkeys(ids, "line"))
    code = word.upper()
    return Closure("line", (code,), f"line {code}") if code in ids else None


def _section(mode: str, word: str, network: Network) -> Closure:
    first, _, second = word.partition(" to ")
    if not second.strip():
        raise InputError(
            f"{mode}:{word[:50]}: name the section by its ends, as in {mode}:Urumqi to Khorgos"
        )
    layer, ends = Layer(network, SECTIONS[mode], mode), []
    for name in (first, second):
        place = find_place(name)
        nodes = layer.near(place.lat, place.lon, SECTION_REACH_KM)
        if not len(nodes):
            raise InputError(f"{place.label}: no {mode} within {SECTION_REACH_KM:.0f} km")
        ends.append((place, nodes))
    away = [great_circle_km(p.lat, p.lon, network.lat[n], network.lon[n]) for p, n in ends]
    km, links = layer.way(ends[0][1], ends[1][1], away[0], away[1], np.inf)
    if not np.isfinite(km) or not len(links):
        raise InputError(f"{mode}:{word[:50]}: no {mode} joins these places")
    label = f"{mode} {ends[0][0].name} to {ends[1][0].name}"
    return Closure("section", (), label, tuple(int(k) for k in links))


def _fold(text: object) -> str:
    return fold(str(text))
