"""Places by name, UN/LOCODE, IATA code or coordinates.

:func:`find_place` returns one place or says which ones could be meant; it never guesses between
places of like weight. Names are compared without case, accents, blanks and punctuation
(``Xi'an`` = ``xian`` = ``XI AN``). Source: table ``places`` (GeoNames, UN/LOCODE, airportsdata).
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.infrastructure.network import great_circle_km

__all__ = ["COUNTRY_WORDS", "KINDS", "Place", "candidates", "find_place", "fold", "parse_point"]

KINDS = ("city", "port", "airport", "border", "dry_port", "terminal")
LONGEST_TEXT = 120
# A city with a port function is a port too; an airport is wanted as itself.
_FUNCTION = {"port": "1", "border": "B", "dry_port": "6"}
# How large a place without a population counts; listed trade places more than mere list entries.
_WEIGHT = {"port": 2e3, "border": 2e4, "dry_port": 2e4, "airport": 2e3, "city": 1e3}
_LEAST_WEIGHT, _NETWORK_WEIGHT = 1e3, 2e4
_OTHER_NAME_SHARE = 0.002
_SAME_PLACE_KM, _SAME_CROSSING_KM = 50.0, 20.0
# The first is meant where it weighs this many times the next: anywhere; within one country; or as
# the only network place of the name, where the next is no large city either.
_DOMINANT, _DOMINANT_AT_HOME, _DOMINANT_LISTED, _LARGE_CITY = 10.0, 3.0, 5.0, 3e5
COUNTRY_WORDS = {
    "uk": "GBR", "greatbritain": "GBR", "england": "GBR", "america": "USA", "russia": "RUS",
    "korea": "KOR", "southkorea": "KOR", "northkorea": "PRK", "iran": "IRN", "vietnam": "VNM",
    "laos": "LAO", "turkey": "TUR", "turkiye": "TUR", "uae": "ARE", "czechia": "CZE",
    "ivorycoast": "CIV", "burma": "MMR", "syria": "SYR", "holland": "NLD", "macau": "MAC",
}  # fmt: skip
_LETTERS = str.maketrans(
    {"ı": "i", "ł": "l", "Ł": "l", "ø": "o", "Ø": "o", "đ": "d", "Đ": "d", "Ð": "d", "ß": "ss",
     "æ": "ae", "Æ": "ae", "ə": "a", "Ə": "a", "þ": "th", "Þ": "th", "ð": "d", "ħ": "h", "œ": "oe"}
)  # fmt: skip
_PUNCTUATION = bytes(c for c in range(128) if not chr(c).isalnum() and chr(c) not in "|\n")
_NUMBER = r"([NS EW]?)\s*([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)\s*°?\s*([NSEW]?)"
_POINT = re.compile(rf"{_NUMBER}\s*(?:[,;]\s*|\s+){_NUMBER}", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    """One place: where it is (degrees, WGS 84) and what it is called.

    ``kind`` is one of :data:`KINDS`, or ``point`` for bare coordinates, which have no ``iso3``
    (ISO 3166-1 alpha-3). ``locode`` and ``iata`` are empty where there is no such code,
    ``population`` (persons) is None where not known; ``place_id`` names the row of ``places``.
    """

    name: str
    kind: str
    iso3: str
    lat: float
    lon: float
    locode: str = ""
    iata: str = ""
    place_id: str = ""
    population: float | None = None
    in_network: bool = False

    @property
    def label(self) -> str:
        """``Duisburg, DEU (DEDUI)``; the text finds the place again where a code stands in it."""
        where = f"{self.name}, {self.iso3}" if self.iso3 else self.name
        return f"{where} ({self.locode})" if self.locode else where


def fold(text: str) -> str:
    """Name as it is compared: small letters and digits without accents."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    return "".join(c for c in plain if c.isalnum())


class _Index:
    """Table ``places`` as columns, and all folded names in one searchable text."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.column = {c: table[c].to_numpy(object) for c in table if table[c].dtype == object}
        self.lat, self.lon = (table[c].to_numpy(np.float64) for c in ("lat", "lon"))
        self.population = table["population"].to_numpy(np.float64)
        self.listed = self.column["in_network"] == "yes"
        default = table["kind"].map(_WEIGHT).fillna(_LEAST_WEIGHT).to_numpy(np.float64)
        weight = np.where(np.isnan(self.population), default, self.population)
        self.weight = np.where(self.listed, np.maximum(weight, _NETWORK_WEIGHT), weight)
        ids, codes = self.column["place_id"], self.column["locode"]
        self.row_of = {i or c: row for row, (i, c) in enumerate(zip(ids, codes, strict=True))}
        self.row_of |= {c: row for row, c in enumerate(codes) if c}
        self.airport_of = {c: row for row, c in enumerate(self.column["iata"]) if c}
        self.names, self.row_ends = self._searchable()

    def _searchable(self) -> tuple[bytes, NDArray[np.intp]]:
        """Rows of ``|name|usual names||other names|`` and the position of each row's end."""
        texts = [self.column[c] for c in ("ascii_name", "name", "alt_names", "other_names")]
        rows = [
            f"|{plain or name}|{usual}||{other}|"
            for plain, name, usual, other in zip(*texts, strict=True)
        ]
        for at, row in enumerate(rows):
            if not row.isascii():
                rows[at] = "|".join(fold(part) for part in row.split("|"))
        text = "\n".join(rows).encode().lower().translate(None, _PUNCTUATION) + b"\n"
        return text, np.flatnonzero(np.frombuffer(text, np.uint8) == ord("\n"))

    @cached_property
    def countries(self) -> dict[str, str]:
        """alpha-3 code by folded alpha-2, alpha-3 and name."""
        known = {code.lower(): code for code in np.unique(self.column["iso3"].astype(str))}
        table = evidence.load("countries")
        for column in ("name", "iso2", "iso3"):
            known |= {fold(n): c for n, c in zip(table[column], table["iso3"], strict=True)}
        return known | COUNTRY_WORDS

    @cached_property
    def keys(self) -> list[str]:
        """Folded first names, by row: what a misspelt name is compared with."""
        return [row.split("|", 2)[1] for row in self.names.decode().splitlines()]

    def named(self, key: str, *, prefix: bool = False) -> NDArray[np.intp]:
        """Rows with this folded name (or a name that starts with it)."""
        needle = f"|{key}".encode() + (b"" if prefix else b"|")
        found, at = [], self.names.find(needle) if key else -1
        while at >= 0:
            found.append(at)
            at = self.names.find(needle, at + 1)
        return np.unique(np.searchsorted(self.row_ends, np.array(found, np.intp)))

    def of_kind(self, rows: NDArray[np.intp], kinds: Collection[str]) -> NDArray[np.intp]:
        """Those of the rows that are of one of the kinds (all where none is asked for)."""
        if not kinds:
            return rows
        wanted = "".join(_FUNCTION.get(k, "") for k in kinds)
        kind, does = self.column["kind"], self.column["functions"]
        return np.array(
            [r for r in rows if kind[r] in kinds or any(f in wanted for f in does[r])], np.intp
        )

    def ranked(self, rows: NDArray[np.intp], key: str) -> tuple[list[int], list[float]]:
        """Rows by falling weight, one for each place, and their weights."""
        share = [1.0 if self._usual(r, key) else _OTHER_NAME_SHARE for r in rows]
        weight = self.weight[rows] * np.array(share)
        # Among equals a network place goes first, then a city, then the order of the table.
        order = np.lexsort((rows, self.column["kind"][rows] != "city", ~self.listed[rows], -weight))
        kept: list[int] = []
        weights: list[float] = []
        for at in order:
            row = int(rows[at])
            if not any(self._same(row, other) for other in kept):
                kept.append(row)
                weights.append(float(weight[at]))
        return kept, weights

    def _usual(self, row: np.intp, key: str) -> bool:
        """Whether the key is the place's name or a usual one, not only a listed alternate."""
        start = self.row_ends[row - 1] + 1 if row else 0
        names = self.names[start : self.row_ends[row]].split(b"||")[0]
        return f"|{key}|".encode() in names + b"|"

    def _same(self, a: int, b: int) -> bool:
        """Whether two rows of one name are one place: near each other, or one border crossing."""
        home = self.column["iso3"][a] == self.column["iso3"][b]
        km = great_circle_km(self.lat[a], self.lon[a], self.lat[b], self.lon[b])
        return bool(np.all(km <= (_SAME_PLACE_KM if home else _SAME_CROSSING_KM)))

    def place(self, row: int) -> Place:
        """One row as a place."""
        text = {k: str(self.column[k][row]) for k in ("name", "kind", "iso3", "locode", "iata")}
        people = self.population[row]
        return Place(
            **text,
            lat=round(float(self.lat[row]), 3),
            lon=round(float(self.lon[row]), 3),
            place_id=str(self.column["place_id"][row]) or text["locode"],
            population=None if np.isnan(people) else float(people),
            in_network=bool(self.listed[row]),
        )

    def close(self, key: str, limit: int, iso3: str = "") -> list[int]:
        """Rows with a name that starts like the key or is spelt nearly so, heaviest first."""
        rows = list(self.named(key, prefix=True)) if len(key) >= 3 else []
        rows = [r for r in rows if not iso3 or self.column["iso3"][r] == iso3]
        rows.sort(key=lambda r: (-self.weight[r], r))
        if len(rows) < limit and key:
            home = (self.column["iso3"] == iso3) if iso3 else (self.weight >= 2e3)
            near = {
                self.keys[r]
                for r in np.flatnonzero(home)
                if abs(len(self.keys[r]) - len(key)) <= 2
                and (self.keys[r][:1] == key[0] or self.keys[r][-2:] == key[-2:])
            }
            for word in difflib.get_close_matches(key, sorted(near), n=limit, cutoff=0.7):
                same = self.named(word)
                rows += self.ranked(same[home[same]], word)[0]
        return list(dict.fromkeys(int(r) for r in rows))[:limit]


@lru_cache(maxsize=1)
def _index() -> _Index:
    return _Index(evidence.load("places"))


def parse_point(text: str) -> tuple[float, float] | None:
    """Latitude and longitude in degrees, or None where the text is no pair of numbers.

    Reads ``51.43,6.76``, ``51.43 N 6.76 E`` and ``S33.9; E18.4``.

    Raises
    ------
    InputError
        If the numbers are no place on the globe: latitude comes first.
    """
    match = _POINT.fullmatch(text.strip().replace("\N{MINUS SIGN}", "-"))
    if match is None:
        return None
    values, letters = [], []
    for before, number, after in (match.groups()[:3], match.groups()[3:]):
        if before.strip() and after:
            raise InputError(f"{text!r}: a coordinate has one letter, before or after it")
        letter = (before.strip() or after).upper()
        if letter and number[0] in "+-":
            raise InputError(f"{text!r}: give either a sign or one of N, S, E, W, not both")
        values.append(-float(number) if letter in ("S", "W") and letter else float(number))
        letters.append(letter)
    lat, lon = values
    turned = (letters[0] in ("E", "W") and letters[0]) or (letters[1] in ("N", "S") and letters[1])
    if turned or abs(lat) > 90 or abs(lon) > 180:
        raise InputError(
            f"{text!r} is no point on the globe: latitude comes first (-90 to 90), then longitude "
            "(-180 to 180)"
        )
    return lat + 0.0, lon + 0.0


def _checked(text: str) -> str:
    """Text without outer blanks, or an InputError for what cannot be a place."""
    if not isinstance(text, str) or not text.strip():
        raise InputError("a place is empty: give a name, a UN/LOCODE or 'lat,lon'")
    if len(text) > LONGEST_TEXT:
        raise InputError(
            f"a place has {len(text)} characters, at most {LONGEST_TEXT} are read: {text[:30]!r}..."
        )
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") for c in text):
        raise InputError(f"{text!r}: control or unassigned characters in the name of a place")
    return " ".join(text.split())


def _by_code(text: str) -> int | None:
    """Row of a UN/LOCODE, an ``iata:`` code or a place id; None where it is none."""
    index = _index()
    if text[:5].lower() == "iata:":
        return index.airport_of.get(text[5:].strip().upper())
    if re.fullmatch(r"[A-Za-z]{2} ?[A-Za-z2-9]{3}", text):
        return index.row_of.get(text.replace(" ", "").upper())
    return index.row_of.get(text)


def _split_country(text: str) -> tuple[str, str, str]:
    """Name, alpha-3 code and the country as written; both empty where no country is named."""
    name, comma, country = text.rpartition(",")
    if not comma or not name.strip():
        return text, "", ""
    return name.strip(), _index().countries.get(fold(country), ""), country.strip()


def _matches(name: str, iso3: str, kinds: Collection[str]) -> tuple[list[int], list[float]]:
    """Rows of this name by falling weight, one for each place, and the weights."""
    index, key = _index(), fold(name)
    rows = index.of_kind(index.named(key), kinds)
    if iso3:
        rows = rows[index.column["iso3"][rows] == iso3]
    return index.ranked(rows, key)


def _clear(rows: list[int], weights: list[float], *, at_home: bool) -> bool:
    """Whether the first of several places is the one that is meant."""
    if len(rows) == 1:
        return True
    listed = _index().listed[rows]
    # A small border town may be meant rather than the large city that no network node stands for.
    hidden = any(w * _DOMINANT_LISTED**2 >= weights[0] for w in np.array(weights)[listed])
    if not listed[0] and hidden:
        return False
    if weights[0] >= _DOMINANT * weights[1]:
        return True
    if listed[1:].any() or not (at_home or listed[0]):
        return False
    if at_home:
        return weights[0] >= _DOMINANT_AT_HOME * weights[1]
    return weights[1] < _LARGE_CITY and weights[0] >= _DOMINANT_LISTED * weights[1]


def _pasteable(row: int, rivals: Iterable[int]) -> str:
    """A text that finds this row again: with its code, or its id where rivals share the country."""
    index, place = _index(), _index().place(row)
    if index.row_of.get(place.locode) == row:
        return place.label
    if place.iata and index.airport_of.get(place.iata) == row:
        return f"{place.name}, {place.iso3} (iata:{place.iata})"
    plain = f"{place.name}, {place.iso3}"
    rows, weights = _matches(place.name, place.iso3, ())
    alone = bool(rows) and rows[0] == row and _clear(rows, weights, at_home=True)
    shared = any(index.column["iso3"][r] == place.iso3 for r in rivals if r != row)
    if alone and not shared:
        return plain
    return f"{plain} ({place.place_id}) [{place.lat:.2f},{place.lon:.2f}]"


def candidates(text: str, n: int = 8) -> list[Place]:
    """Up to ``n`` places that the text may mean, likeliest first; empty where none comes near."""
    text, index = _checked(text), _index()
    code = _by_code(text)
    name, iso3, _ = _split_country(text)
    rows = [] if code is None else [code]
    rows += _matches(name, iso3, ())[0]
    if len(rows) < n:
        rows += index.close(fold(name), n, iso3)
    return [index.place(r) for r in list(dict.fromkeys(rows))[:n]]


def find_place(text: str, *, kinds: Iterable[str] | None = None) -> Place:
    """The one place that a text names.

    Parameters
    ----------
    text
        ``lat,lon``; a UN/LOCODE (``DEDUI``, ``de dui``); ``iata:CGO``; a name, alone or with its
        country (``Tripoli, LBN``; alpha-2, alpha-3 or name); any of them as :attr:`Place.label`.
    kinds
        Only places of these :data:`KINDS`; a city with a port function counts as a port.

    Raises
    ------
    InputError
        If nothing has that name (close names are listed), if several places of like weight have
        it (they are listed in a form that can be pasted), or if the text cannot be a place.
    """
    text = _checked(text)
    wanted = frozenset(kinds or ())
    if unknown := wanted - set(KINDS):
        raise InputError(f"no such kind of place: {sorted(unknown)}; kinds: {', '.join(KINDS)}")
    point = parse_point(text)
    if point is not None:
        return Place(f"{point[0]:g},{point[1]:g}", "point", "", *point)
    return _index().place(_row(text, wanted))


def _row(text: str, kinds: Collection[str]) -> int:
    """Row of the place, code first, then name."""
    index = _index()
    tail = re.fullmatch(r".*\(([^()]+)\)(?: \[[^\]]*\])?", text)
    for code in (tail[1].strip() if tail else "", text):
        row = _by_code(code) if code else None
        # Five small letters are rather a name (lagos) than a code (LAGOS in Laos).
        like_name = code == text and not text.isupper() and index.named(fold(text)).size
        if row is not None and not like_name:
            return _of_kind_or_error(row, text, kinds)
    if text[:5].lower() == "iata:":
        raise InputError(f"{text!r}: no airport with that IATA code")
    name, iso3, country = _split_country(text)
    rows, weights = _matches(name, iso3, kinds) if iso3 or not country else ([], [])
    if not rows:
        rows, weights = _matches(text, "", kinds)
    if rows and _clear(rows, weights, at_home=bool(iso3)):
        return rows[0]
    if rows:
        shown = "; ".join(_pasteable(r, rows) for r in rows[:8])
        more = f"; and {len(rows) - 8} more" if len(rows) > 8 else ""
        raise InputError(f"{text!r} may be several places. Write one of: {shown}{more}")
    if text.upper() in index.airport_of:
        return _of_kind_or_error(index.airport_of[text.upper()], text, kinds)
    if country and not iso3:
        known = suggest(fold(country), index.countries)
        raise InputError(f"{text!r}: {country!r} is no country (use its ISO code). {known}".strip())
    close = index.close(fold(name), 8, iso3) or index.close(fold(name), 8)
    found = "; ".join(_pasteable(r, close) for r in index.of_kind(np.array(close, np.intp), kinds))
    hint = f"Did you mean: {found}" if found else "Give a UN/LOCODE or 'lat,lon' in degrees."
    what = f" of kind {', '.join(sorted(kinds))}" if kinds else ""
    raise InputError(f"no place{what} named {text!r} is known. {hint}")


def _of_kind_or_error(row: int, text: str, kinds: Collection[str]) -> int:
    index = _index()
    if index.of_kind(np.array([row], np.intp), kinds).size:
        return row
    place = index.place(row)
    raise InputError(f"{text!r} is {place.label}, a {place.kind}, not {' or '.join(sorted(kinds))}")
