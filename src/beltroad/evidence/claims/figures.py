"""Figures of the named services in the common form of a claim.

The bundled ``service_figures`` keep their own columns; here each becomes a claim with a stable
identifier, an indicator ``<service>_<figure>`` and a document made from its source. A row that
counts the same thing as an indicator of the claims takes over its geography, so that both line up.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pandas as pd

from beltroad.errors import DataError
from beltroad.evidence.claims.rows import rows_of
from beltroad.evidence.claims.text import fold, slug

__all__ = ["service_claims"]

BOUND = {"exact": "exact", "about": "about", "over": "more_than", "under": "less_than"}
MEASURE = {"flow": "flow", "total": "cumulative", "growth": "change", "state": "stock"}
WHERE = {
    "ADDIS-DJIBOUTI": ("ETH", "DJI"), "AIR-SILK-ROAD": ("CHN", ""), "BOSPORUS-RAIL": ("TUR", ""),
    "BUDAPEST-BELGRADE": ("HUN", "SRB"), "CHINA-EUROPE-TRAINS": ("CHN", "EUROPE"),
    "CHINA-LAOS-RAILWAY": ("CHN", "LAO"), "CHINA-THAILAND": ("THA", "CHN"), "COLOMBO": ("LKA", ""),
    "CPEC": ("PAK", "CHN"), "DIGITAL-SILK-ROAD": ("PAK", "FRA"), "GWADAR": ("PAK", ""),
    "HAMBANTOTA": ("LKA", ""), "JAKARTA-BANDUNG": ("IDN", ""), "KYAUKPYU": ("MMR", ""),
    "LAGOS-BLUE-LINE": ("NGA", ""), "LAND-SEA-EXPRESS": ("GRC", "HUN"),
    "MIDDLE-CORRIDOR": ("KAZ", ""), "MOMBASA-NAIROBI": ("KEN", ""),
    "NEW-LAND-SEA-CORRIDOR": ("CHN", ""), "NINGBO-ZHOUSHAN": ("CHN", ""), "PIRAEUS": ("GRC", ""),
    "SILK-ROAD-ECOMMERCE": ("CHN", ""), "SILK-ROAD-MARITIME": ("CHN", ""), "TIANJIN": ("CHN", ""),
    "TIR-CHINA": ("CHN", ""),
}  # fmt: skip
"""Economy where a service is counted, and its counterpart; empty where there is no single one."""
LONG_PART = 40
PILLAR = {"SILK-ROAD-ECOMMERCE": "trade"}


def service_claims(
    figures: pd.DataFrame, services: pd.DataFrame, claims: pd.DataFrame,
    indicators: pd.DataFrame, documents: pd.DataFrame, geographies: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:  # fmt: skip
    """Service figures as claims, with the indicators and documents that they need besides.

    Returns
    -------
    tuple of pandas.DataFrame
        Claims, indicators not yet in ``indicators``, documents not yet in ``documents``.
    """
    names = dict(zip(services["service_id"], services["name"], strict=True))
    known = indicators.set_index("indicator")
    models = _models(claims)
    places = dict(zip(geographies["geography"], geographies["title"], strict=True))
    find = _finder(documents)
    new_documents: dict[str, dict[str, str]] = {}
    new_indicators: dict[str, dict[str, str]] = {}
    rows: list[dict[str, Any]] = []
    used: set[str] = set()
    for row in rows_of(figures):
        service = str(row["service_id"])
        name = names.get(service, service)
        indicator = _indicator(service, str(row["figure"]))
        if indicator in known.index and known.at[indicator, "unit"] != row["unit"]:
            indicator += "_" + slug(str(row["unit"])).replace("-", "_")
        if indicator not in known.index and indicator not in new_indicators:
            new_indicators[indicator] = _about(indicator, name, row)
        document = find(str(row["source_title"]), str(row["source_url"]))
        if not document:
            made = _document(row)
            document = made["document"]
            new_documents[document] = made
        if service not in WHERE:
            raise DataError(f"service_figures: no economy is given for {service}; add it to WHERE")
        geography, partner = WHERE[service]
        subject = name + (f" ({row['scope']})" if row["scope"] else "")
        model = models.get(indicator)
        if model is not None and _same_scope(str(row["scope"]), model, places):
            subject, geography, partner = model["subject"], model["geography"], model["partner"]
        start, end = _period(str(row["nature"]), str(row["as_of"]))
        low = row["confidence"] == "low"
        rows.append({
            "claim_id": _identifier(row, used), "document": document, "place": "", "wording": "",
            "pillar": PILLAR.get(service, "infrastructure"), "subject": subject,
            "indicator": indicator, "value": float(row["value"]), "value_high": float("nan"),
            "bound": _bound(str(row["qualifier"])), "unit": row["unit"],
            "price_basis": "current prices" if row["unit"] == "USD" else "",
            "period_start": start, "period_end": end, "geography": geography, "partner": partner,
            "said_by": row["claimed_by"], "status": "unconfirmed" if low else "read",
            "confidence": row["confidence"], "note": row["note"], "table": "service_figures",
        })  # fmt: skip
    return (
        pd.DataFrame(rows, columns=[*claims.columns, "table"]),
        pd.DataFrame(list(new_indicators.values()), columns=indicators.columns),
        pd.DataFrame(list(new_documents.values()), columns=documents.columns),
    )


def _finder(documents: pd.DataFrame) -> Callable[[str, str], str]:
    """Find the document that a source is: by address, title, or a long part of its title."""
    by_url = {str(r["url"]): str(r["document"]) for r in rows_of(documents) if r["url"]}
    by_title: dict[str, str] = {}
    for document, title in zip(documents["document"], documents["title"], strict=True):
        by_title[fold(str(title))] = str(document)
        by_title |= {p: str(document) for p in fold(str(title)).split(": ") if len(p) >= LONG_PART}

    def find(title: str, url: str) -> str:
        if url and url in by_url:
            return by_url[url]
        said = fold(title)
        return next((d for t, d in by_title.items() if len(t) >= LONG_PART and t in said), "")

    return find


def _indicator(service: str, figure: str) -> str:
    return f"{service.lower().replace('-', '_')}_{figure}"


def _models(claims: pd.DataFrame) -> dict[str, dict[str, str]]:
    """One claim an indicator whose subject and geography figures of services take over.

    Flows of less than a year (one shipment, one month) are no model for figures of a year.
    """
    found: dict[str, dict[str, str]] = {}
    for row in rows_of(claims):
        if not row["period_start"] or row["period_start"] != row["period_end"] or len(
            str(row["period_end"])) == 4:  # fmt: skip
            found.setdefault(str(row["indicator"]), {k: str(v) for k, v in row.items()})
    return found


def _same_scope(scope: str, model: dict[str, str], places: dict[str, str]) -> bool:
    if not scope:
        return True
    codes = {model["geography"], model["partner"]} - {""}
    return fold(scope) in {fold(x) for c in codes for x in (c, places.get(c, c))}


def _about(indicator: str, name: str, row: dict[str, Any]) -> dict[str, str]:
    what = str(row["figure"]).replace("_", " ").replace("teu", "TEU")
    return {
        "indicator": indicator, "title": f"{name}: {what}", "unit": str(row["unit"]),
        "pillar": PILLAR.get(str(row["service_id"]), "infrastructure"),
        "measure": "rank" if row["unit"] == "rank" else MEASURE[str(row["nature"])],
        "description": f"{what} of the service, as its sources count",
    }  # fmt: skip


def _document(row: dict[str, Any]) -> dict[str, str]:
    title, url, year = str(row["source_title"]), str(row["source_url"]), row["source_year"]
    published = "" if pd.isna(year) else str(int(float(str(year))))
    mark = hashlib.sha256(f"{title}\n{url}\n{published}".encode()).hexdigest()[:4]
    return {
        "document": f"{slug(title, 40)}-{mark}", "title": title, "author": "", "publisher": "",
        "published_on": published, "language": "", "url": url, "licence": "facts cited",
        "note": "source of a service figure",
    }  # fmt: skip


def _identifier(row: dict[str, Any], used: set[str]) -> str:
    """Stable while the figure itself does not change, whatever rows come before it."""
    parts = ("service_id", "figure", "nature", "value", "unit", "as_of", "qualifier", "scope",
             "claimed_by", "source_title")  # fmt: skip
    text = "\n".join(f"{row[p]:.12g}" if isinstance(row[p], float) else str(row[p]) for p in parts)
    mark = hashlib.sha256(text.encode()).hexdigest()
    for length in range(6, len(mark)):
        if (found := f"service-{mark[:length]}") not in used:
            used.add(found)
            return found
    raise DataError(f"service_figures: the same row stands twice: {row['service_id']}")


def _period(nature: str, as_of: str) -> tuple[str, str]:
    first, _, last = as_of.partition("/")
    if last:
        return first, last
    return (as_of, as_of) if nature in ("flow", "growth") else ("", as_of)


def _bound(qualifier: str) -> str:
    if qualifier not in BOUND:
        raise DataError(f"service_figures: qualifier {qualifier!r} is none of {', '.join(BOUND)}")
    return BOUND[qualifier]
