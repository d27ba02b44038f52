"""One search over everything: indicators, claims, economies, projects, treaties, places, pages.

A small inverted index over all of it, built once in a few hundred milliseconds. What people
changed in the registry is looked up in the database: ``search_records``.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict

from beltroad import evidence
from beltroad.app.questions.figures_base import in_words

__all__ = ["GROUPS", "OFFERED", "RECORD", "Hit", "Results", "search", "tidy"]

# In the order shown where scores are equal.
GROUPS = (
    "economy", "indicator", "project", "service", "agreement", "park", "place", "claim", "cable",
    "method", "table",
)  # fmt: skip
RECORD = "record"  # of the registry, written or changed here
OFFERED = (*GROUPS, RECORD)
_WEIGHTS = {"title": 3.0, "other": 2.0, "more": 0.6}
# A whole thing counts for more than one claim or place with the same words.
_GROUP_WEIGHT = {
    "economy": 3.0, "indicator": 1.6, "project": 1.5, "service": 1.8, "agreement": 1.3,
    "method": 1.2, "park": 1.2, "cable": 1.1, "table": 0.8, "claim": 0.7, "place": 0.8,
}  # fmt: skip
LONGEST = 200  # characters of a query that count
SHOWN = 8  # hits of a group where all groups are shown


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Hit(_Model):
    """Something found."""

    kind: str
    id: str
    title: str
    detail: str
    href: str
    score: float


class Results(_Model):
    """What a query finds, best first, and how many of each kind."""

    query: str
    total: int
    counts: dict[str, int]
    hits: tuple[Hit, ...]


def tidy(text: str) -> str:
    """A query without control characters and surrogates, of bearable length."""
    kept = "".join(" " if unicodedata.category(c)[0] == "C" else c for c in text)
    return " ".join(kept.split())[:LONGEST]


def search(text: str, kind: str = "") -> Results:
    """Everything that holds the words, the best first; nothing for a query without words.

    Parameters
    ----------
    text
        Words in any script; case and accents do not matter, and a word finds those it begins.
    kind
        Only one of :data:`GROUPS`.
    """
    query = tidy(text)
    return _search(query, kind)


@lru_cache(maxsize=512)
def _search(query: str, kind: str) -> Results:
    index, about, marks = _index()
    found = dict(index.search(query)) if query else {}
    # Chinese has no blanks between words: whoever holds the signs one after the other is found.
    if sign := [w for w in query.split() if any("\u3400" <= c <= "\u9fff" for c in w)]:
        for number, text in marks:
            if all(w in text for w in sign):
                found[number] = found.get(number, 0.0) + 5.0
        if not found:
            found = dict(index.search(_translated(query)))
    whole = query.casefold()
    ranked = []
    for number, score in found.items():
        hit = about[number]
        exact = 3.0 if whole in (hit.title.casefold(), hit.id.casefold()) else 1.0
        ranked.append((score * _GROUP_WEIGHT[hit.kind] * exact, number))
    ranked.sort(key=lambda pair: (-pair[0], pair[1]))
    counts: dict[str, int] = {}
    for _, number in ranked:
        counts[about[number].kind] = counts.get(about[number].kind, 0) + 1
    hits = [
        about[number].model_copy(update={"score": round(score, 3)})
        for score, number in ranked
        if not kind or about[number].kind == kind
    ]
    ordered = {group: counts[group] for group in GROUPS if group in counts}
    return Results(query=query, total=len(hits), counts=ordered, hits=tuple(hits[:2000]))


def _translated(query: str) -> str:
    from beltroad.app.questions.search_words import CHINESE

    said, rest = [], query
    for word in sorted(CHINESE, key=len, reverse=True):
        if word in rest:
            said.append(CHINESE[word])
            rest = rest.replace(word, " ")
    return " ".join(said)


@lru_cache(maxsize=1)
def _index() -> tuple[Any, list[Hit], list[tuple[int, str]]]:
    from beltroad.evidence.claims.index import Index

    texts: list[dict[str, str]] = []
    about: list[Hit] = []

    def add(kind: str, id: str, title: str, detail: str, href: str,  # noqa: A002
            other: object = "", more: object = "") -> None:  # fmt: skip
        texts.append({"title": title, "other": f"{id} {other}", "more": f"{detail} {more}"})
        plain = detail.replace("_", " ")
        about.append(Hit(kind=kind, id=id, title=title, detail=plain, href=href, score=0.0))

    for source in (_economies, _claims, _infrastructure, _policy, _places, _pages):
        source(add)
    marks = [
        (n, " ".join(t.values())) for n, t in enumerate(texts)
        if any("\u3400" <= c <= "\u9fff" for c in " ".join(t.values()))
    ]  # fmt: skip
    return Index(texts, _WEIGHTS), about, marks


def _economies(add: Any) -> None:
    from beltroad.evidence import economies

    aliases: dict[str, list[str]] = {}
    for row in evidence.load("economy_aliases").astype(str).to_dict("records"):
        if row["scheme"] in ("name", "former") and row["iso3"]:
            aliases.setdefault(row["iso3"], []).append(row["alias"])
    for row in evidence.load("investment_names_zh").astype(str).to_dict("records"):
        values = list(row.values())
        code = next((v for v in values if len(v) == 3 and v.isupper()), "")
        if code:
            aliases.setdefault(code, []).extend(v for v in values if v != code)
    known = evidence.load("countries").set_index("iso3")
    for row in economies.table().astype(str).to_dict("records"):
        code = row["iso3"]
        detail = f"{known.loc[code, 'region']}" if code in known.index else ""
        add("economy", code, row["name"], detail, f"/countries/{code}",
            f"{row['iso2']} {row['iso_name']} {row['official_name']} "
            + " ".join(aliases.get(code, [])))  # fmt: skip


def _claims(add: Any) -> None:
    from beltroad.app.questions.figures import as_claim, claim_rows, indicators

    for each in indicators().values():
        add("indicator", each.id, each.title, f"{each.stated}, {each.period}",
            f"/claims/{each.id}", each.id.replace("_", " "), each.pillar)  # fmt: skip
    for row in claim_rows().values():
        claim = as_claim(row)
        add("claim", claim.id, f"{claim.title}: {claim.stated}",
            f"{claim.period}; {claim.said_by or claim.document}",
            f"/claims/{claim.indicator}#claims", claim.subject,
            f"{claim.wording} {claim.document} {claim.geography}")  # fmt: skip


def _infrastructure(add: Any) -> None:
    for row in in_words(evidence.load("projects")).to_dict("records"):
        add("project", row["id"], row["name"], f"{row['mode']}, {row['status']}, "
            f"{row['countries']}", f"/projects/{row['id']}", row["programme"],
            f"{row['corridor']} {row['financing']} {row['note']}")  # fmt: skip
    for row in in_words(evidence.load("services")).to_dict("records"):
        add("service", row["service_id"], row["name"], f"{row['kind']}, {row['status']}",
            f"/figures/infrastructure?q={quote(row['name'])}", row["aliases"],
            f"{row['summary']} {row['operator']}")  # fmt: skip
    for row in in_words(evidence.load("cables")).to_dict("records"):
        add("cable", row["cable_id"], row["name"], f"{row['kind']} cable, {row['status']}",
            "/tables/cables", "", row["owners"])  # fmt: skip


def _policy(add: Any) -> None:
    from beltroad.policy import facts

    for row in facts.instruments().astype(str).to_dict("records"):
        add("agreement", row["instrument"], row["title"], f"{row['pillar']}, {row['kind']}",
            "/tables/policy_instruments", row["topic"], row["terms"])  # fmt: skip
    for row in in_words(evidence.load("trade_agreements")).to_dict("records"):
        add("agreement", row["agreement"], row["name"], f"trade agreement, {row['kind']}",
            "/tables/trade_agreements", "", f"{row['members']} {row['partners']}")  # fmt: skip
    for row in in_words(evidence.load("parks")).to_dict("records"):
        add("park", row["park_id"], row["name"], f"{row['host']}, {row['status']}",
            f"/rules/parks?host={row['host']}", row["place"],
            f"{row['industries']} {row['operator']}")  # fmt: skip


def _places(add: Any) -> None:
    def href(name: str) -> str:
        return f"/routes?from={quote(name)}"

    seen = set()
    for row in in_words(evidence.load("container_ports")).to_dict("records"):
        seen.add((row["name"], row["iso3"]))
        add("place", row["locode"], row["name"], f"container port, {row['iso3']}",
            href(row["name"]))  # fmt: skip
    for row in in_words(evidence.load("cities")).to_dict("records"):
        seen.add((row["name"], row["iso3"]))
        add("place", row["city_id"], row["name"], f"city, {row['iso3']}", href(row["name"]),
            row["ascii_name"])  # fmt: skip
    places = evidence.load("places")
    used = places[places["in_network"].astype(str).isin(["True", "yes", "1"])]
    for row in in_words(used).to_dict("records"):
        if (row["name"], row["iso3"]) in seen:
            continue
        seen.add((row["name"], row["iso3"]))
        add("place", row["locode"] or row["place_id"] or row["name"], row["name"],
            f"{row['kind']}, {row['iso3']}", href(row["name"]),
            f"{row['ascii_name']} {row['alt_names']}")  # fmt: skip


def _pages(add: Any) -> None:
    from beltroad.app.questions import methods

    for name, title in methods.titles().items():
        add("method", name, title, "", f"/help/methods/{name}", name.replace("-", " "))
    for name in evidence.names():
        about = evidence.info(name)
        add("table", name, about.title, f"{about.rows:,} rows", f"/tables/{name}",
            name.replace("_", " "), " ".join(about.descriptions.values()))  # fmt: skip
