"""Claims as SDMX: components, code lists and the rows of SDMX-CSV 2.0.

One observation is one claim. The identifier of the claim is a dimension, so that two speakers with
different numbers for the same thing and date stay two observations and keys are unique.
"""

from __future__ import annotations

import hashlib
import math
import re
from dataclasses import dataclass

import pandas as pd

from beltroad.errors import DataError
from beltroad.evidence.claims.dates import frequency, time_period
from beltroad.evidence.claims.rows import rows_of
from beltroad.evidence.claims.text import code

__all__ = ["AGENCY", "COMPONENTS", "FLOW", "VERSION", "CodeList", "Component", "Message", "message"]

AGENCY, FLOW, VERSION = "BELTROAD", "CLAIMS", "1.0"
LONGEST = 60
_ID = re.compile(r"[A-Za-z0-9_@$\-]+")
_FIXED = {
    "FREQ": {
        "A": "Annual", "S": "Half-yearly", "Q": "Quarterly", "M": "Monthly", "D": "Daily",
        "_O": "Another range of days", "_U": "Unknown",
    },
    "BOUND": {
        "exact": "As stated", "about": "About", "nearly": "Nearly", "more_than": "More than",
        "at_least": "At least", "less_than": "Less than", "up_to": "Up to",
        "between": "Between OBS_VALUE and VALUE_HIGH", "tens_of": "Order of magnitude only",
    },
    "OBS_STATUS": {"A": "Normal value: the claim was read", "U": "Low reliability: unconfirmed"},
    "CONFIDENCE": {"high": "High", "medium": "Medium", "low": "Low"},
    "PERIOD_BASIS": {"S": "Period of the figure", "P": "Date of publication; no other is known"},
    "MEASURE_TYPE": {
        "stock": "State at a date", "flow": "Of a period", "cumulative": "Total to date",
        "change": "Change or growth", "count": "Count", "rank": "Rank", "ratio": "Ratio",
    },
}  # fmt: skip
_OTHER = {"_Z": "Not applicable", "_U": "Unknown"}


@dataclass(frozen=True)
class Component:
    """One dimension, measure or attribute of the data structure."""

    id: str
    role: str
    title: str
    codelist: str = ""
    kind: str = "String"


COMPONENTS = (
    Component("FREQ", "dimension", "Frequency of the period", "FREQ"),
    Component("REF_AREA", "dimension", "Economy, group or place", "AREA"),
    Component("COUNTERPART_AREA", "dimension", "Counterpart economy or group", "AREA"),
    Component("INDICATOR", "dimension", "Indicator", "INDICATOR"),
    Component("SUBJECT", "dimension", "Thing counted", "SUBJECT"),
    Component("SAID_BY", "dimension", "Person or body that states the figure", "SAID_BY"),
    Component("CLAIM", "dimension", "Claim", "CLAIM"),
    Component("TIME_PERIOD", "time", "Period or date", kind="ObservationalTimePeriod"),
    Component("OBS_VALUE", "measure", "Number stated", kind="Double"),
    Component("VALUE_HIGH", "attribute", "Upper end of a range", kind="Double"),
    Component("UNIT_MEASURE", "attribute", "Unit", "UNIT"),
    Component("BOUND", "attribute", "How the wording bounds the number", "BOUND"),
    Component("OBS_STATUS", "attribute", "Status", "OBS_STATUS"),
    Component("CONFIDENCE", "attribute", "Confidence in the reading", "CONFIDENCE"),
    Component("PRICE_BASIS", "attribute", "Price basis"),
    Component("PILLAR", "attribute", "Pillar", "PILLAR"),
    Component("MEASURE_TYPE", "attribute", "Kind of measure", "MEASURE_TYPE"),
    Component("PERIOD_START", "attribute", "First date as stated"),
    Component("PERIOD_BASIS", "attribute", "What TIME_PERIOD is", "PERIOD_BASIS"),
    Component("DOCUMENT", "attribute", "Document", "DOCUMENT"),
    Component("PLACE", "attribute", "Paragraph, page or section"),
    Component("WORDING", "attribute", "Words round the figure"),
    Component("SOURCE", "attribute", "Author, title, publisher and date"),
    Component("SOURCE_URL", "attribute", "Address"),
    Component("LICENCE", "attribute", "Licence of the source"),
    Component("COMMENT_OBS", "attribute", "Comment"),
)


class CodeList:
    """Codes for texts: readable, valid as SDMX identifiers, one for each text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.codes: dict[str, str] = dict(_FIXED.get(name, {}))
        self._of: dict[str, str] = {}

    def add(self, text: str, title: str = "", *, empty: str = "_Z") -> str:
        """Code of a text; what is a valid identifier without blanks stays as it is."""
        if not text:
            self.codes[empty] = _OTHER[empty]
            return empty
        if text in self._of:
            return self._of[text]
        made = text if _ID.fullmatch(text) else code(text, 10_000)
        if len(made) > LONGEST or (made in self.codes and self.name not in _FIXED):
            made = f"{made[: LONGEST - 7]}_{hashlib.sha256(text.encode()).hexdigest()[:6].upper()}"
        if self.name in _FIXED and made not in self.codes:
            raise DataError(f"{text!r} is no {self.name} of the SDMX code list")
        self._of[text] = made
        self.codes.setdefault(made, title or text)
        return made


@dataclass(frozen=True)
class Message:
    """Rows of SDMX-CSV and the code lists they use."""

    rows: pd.DataFrame
    codelists: dict[str, CodeList]
    prepared: str


def message(frame: pd.DataFrame) -> Message:
    """Claims as observations, in the order of their keys.

    Parameters
    ----------
    frame
        As :func:`beltroad.evidence.claims.claims` gives it.

    Raises
    ------
    DataError
        If two claims have one key, or a claim has neither a period nor a date of publication.
    """
    lists = {c.codelist: CodeList(c.codelist) for c in COMPONENTS if c.codelist}
    ordered = frame.sort_values(["indicator", "geography", "period_end", "claim_id"])
    rows = [_row(r, lists) for r in rows_of(ordered)]
    table = pd.DataFrame(rows, columns=[c.id for c in COMPONENTS], dtype=object)
    keys = [c.id for c in COMPONENTS if c.role in ("dimension", "time")]
    if (twice := table.duplicated(keys)).any():
        raise DataError(f"claims: {table.loc[twice, 'CLAIM'].iloc[0]!r} has the key of another")
    published = max((str(d) for d in frame["published_on"] if d), default="2000")
    return Message(table, lists, (published + "-01-01")[:10] if len(published) < 10 else published)


def _row(row: dict[str, object], lists: dict[str, CodeList]) -> dict[str, str]:
    text = {k: str(v) for k, v in row.items() if isinstance(v, str)}
    start, end, basis = text["period_start"], text["period_end"], "S"
    # "As of" a date: the start of accumulation stays in PERIOD_START.
    start_used = "" if text["measure"] in ("cumulative", "stock", "count") else start
    if not end:
        start_used, end, basis = "", text["published_on"], "P"
    if not end:
        raise DataError(f"claims: {text['claim_id']!r} has neither a period nor a date; give one")
    high = float(str(row["value_high"]))
    cite = (text["author"], text["document_title"], text["publisher"], text["published_on"])
    return {
        "FREQ": lists["FREQ"].add(frequency(start_used, end)),
        "REF_AREA": lists["AREA"].add(text["geography"], text["geography_title"]),
        "COUNTERPART_AREA": lists["AREA"].add(text["partner"], text["partner_title"]),
        "INDICATOR": lists["INDICATOR"].add(text["indicator"], text["indicator_title"]),
        "SUBJECT": lists["SUBJECT"].add(text["subject"]),
        "SAID_BY": lists["SAID_BY"].add(text["said_by"], empty="_U"),
        "CLAIM": lists["CLAIM"].add(text["claim_id"]),
        "TIME_PERIOD": time_period(start_used, end),
        "OBS_VALUE": _number(float(str(row["value"]))),
        "VALUE_HIGH": "" if math.isnan(high) else _number(high),
        "UNIT_MEASURE": lists["UNIT"].add(text["unit"]),
        "BOUND": lists["BOUND"].add(text["bound"]),
        "OBS_STATUS": lists["OBS_STATUS"].add("A" if text["status"] == "read" else "U"),
        "CONFIDENCE": lists["CONFIDENCE"].add(text["confidence"]),
        "PRICE_BASIS": text["price_basis"],
        "PILLAR": lists["PILLAR"].add(text["pillar"]),
        "MEASURE_TYPE": lists["MEASURE_TYPE"].add(text["measure"]),
        "PERIOD_START": start,
        "PERIOD_BASIS": lists["PERIOD_BASIS"].add(basis),
        "DOCUMENT": lists["DOCUMENT"].add(text["document"], text["document_title"]),
        "PLACE": text["place"],
        "WORDING": text["wording"],
        "SOURCE": "; ".join(part for part in cite if part),
        "SOURCE_URL": text["url"],
        "LICENCE": text["licence"],
        "COMMENT_OBS": text["note"],
    }


def _number(value: float) -> str:
    return f"{value:.15g}"
