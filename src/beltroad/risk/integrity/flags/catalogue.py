"""The red flags: what each says, whom it is about, what it needs, what else could explain it.

Definitions and default thresholds follow the documentation of Cardinal 0.0.8 (Open Contracting
Partnership, https://cardinal.readthedocs.io/en/latest/cli/indicators/, its pages R/003 to R/058,
read on 2026-11-23), which names the research behind each. The innocent explanations are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = ["FLAGS", "Flag", "catalogue"]

PAGE = "https://cardinal.readthedocs.io/en/latest/cli/indicators/R/"


@dataclass(frozen=True)
class Flag:
    """One red flag.

    Attributes
    ----------
    id, title, definition
        Name and rule.
    levels
        What can be flagged: process, buyer, procuring entity, tenderer.
    value
        What the column ``value`` holds.
    defaults
        Thresholds unless settings say otherwise.
    fields
        Fields of OCDS without which it cannot be computed for a process.
    could_also_be
        What else explains the pattern.
    """

    id: str
    title: str
    definition: str
    levels: tuple[str, ...]
    value: str
    defaults: str
    fields: tuple[str, ...]
    could_also_be: str

    @property
    def source(self) -> str:
        """The page of the definition."""
        return f"{PAGE}{self.id[1:]}.html"


_BIDS = ("bids/details/status", "bids/details/tenderers/id")
_PRICES = (*_BIDS, "bids/details/value")
_WON = ("awards/status", "awards/suppliers/id")
_FENCE = "a fixed limit, or the fence"

FLAGS: dict[str, Flag] = {
    flag.id: flag
    for flag in (
        Flag("R003", "Short submission period",
             "Days from the start to the end of the tender period, whole ones, are fewer than the "
             "threshold.",
             ("process",), "days", "15 days, or by procedure",
             ("tender/tenderPeriod/startDate", "tender/tenderPeriod/endDate"),
             "An emergency or a legal short form; a small purchase; the period was extended and "
             "the new date not published; an earlier notice gave the time."),
        Flag("R018", "Single bid received",
             "One tenderer only, in a competitive method.",
             ("process",), "tenderers", "methods open and selective",
             ("tender/numberOfTenderers", "tender/procurementMethod"),
             "Few firms can do it or the place is remote; the price limit is too low; a niche or "
             "patented product."),
        Flag("R024", "Price close to the winning bid",
             "Second-lowest valid bid over the winning one, less one, lies at or below the lower "
             "fence Q1 - 1.5 IQR of all processes.",
             ("process", "tenderer"), "ratio", f"{_FENCE} Q1 - 1.5 IQR",
             (*_PRICES, *_WON),
             "A standard good with a published price; regulated tariffs; an auction, where bidders "
             "see each other's price."),
        Flag("R025", "Excessive unsuccessful bids",
             "Among tenderers with at least the third quartile of valid bids: the ratio won lies "
             "at or below the lower fence Q1 - 1.5 IQR of all tenderers.",
             ("tenderer",), "ratio", f"75th percentile; {_FENCE} Q1 - 1.5 IQR",
             (*_BIDS, *_WON),
             "A new or expensive firm that keeps trying; a broad catalogue bid everywhere."),
        Flag("R028", "Identical bid prices",
             "Different tenderers handed in bids of the same price and currency.",
             ("process", "tenderer"), "bids of that price", "none",
             _PRICES,
             "The buyer or the law sets the price; unit prices of a framework; one bid entered "
             "twice under two ids of one firm; a joint venture and its member."),
        Flag("R030", "Late bid won",
             "A valid bid arrived after the end of the tender period and its tenderer is supplier "
             "of an active award.",
             ("process", "tenderer"), "hours late", "none",
             ("tender/tenderPeriod/endDate", "bids/details/date", *_BIDS, *_WON),
             "The deadline was extended and not republished; the date is that of registration or "
             "opening; the firm bid in time as well; time zones."),
        Flag("R035", "All except the winner disqualified",
             "One tenderer alone has valid bids and all active awards; at least the threshold of "
             "other tenderers were disqualified.",
             ("process", "tenderer"), "tenderers disqualified", "1 tenderer",
             (*_BIDS, *_WON),
             "Specialised work for which others were not qualified; a missing document that the "
             "law makes fatal."),
        Flag("R036", "Lowest bid disqualified",
             "The lowest bid handed in is disqualified, although there is a valid one and an "
             "active award (meant for awards by price alone).",
             ("process",), "amount", "none",
             ("bids/details/status", "bids/details/value", "awards/status"),
             "An abnormally low offer; the award went by quality as well; no bid security or "
             "licence."),
        Flag("R038", "Excessive disqualified bids",
             "Bids disqualified over bids handed in, for a buyer, a procuring entity or a "
             "tenderer, lie at or above the upper fence Q3 + 1.5 IQR of their kind.",
             ("buyer", "procuring entity", "tenderer"), "ratio",
             f"at least 2 bids; {_FENCE} Q3 + 1.5 IQR",
             _BIDS,
             "Strict formal rules; a technical field; a firm that misreads the same form again and "
             "again; how an office records incomplete bids."),
        Flag("R048", "Heterogeneous supplier",
             "Different first levels of the item classification that a supplier was awarded lie at "
             "or above the upper fence Q3 + 1.5 IQR of suppliers with enough awards.",
             ("tenderer",), "classes", f"20 processes; 2 digits; {_FENCE} Q3 + 1.5 IQR",
             (*_WON, "awards/items/classification/id"),
             "A wholesaler or general contractor; a conglomerate under one id; careless "
             "classification by buyers."),
        Flag("R058", "Heavily discounted bid",
             "Second-lowest valid bid over the winning one, less one, lies at or above the upper "
             "fence Q3 + 1.5 IQR of all processes.",
             ("process", "tenderer"), "ratio", f"{_FENCE} Q3 + 1.5 IQR",
             (*_PRICES, *_WON),
             "A firm with idle capacity or nearby equipment; an error in one of the two prices; "
             "rivals that bid for form only."),
    )
}  # fmt: skip
"""All flags by id."""


def catalogue() -> pd.DataFrame:
    """Row per flag; columns as the attributes of :class:`Flag`, and the source."""
    return pd.DataFrame([
        {"flag": each.id, "title": each.title, "definition": each.definition,
         "levels": ", ".join(each.levels), "value": each.value, "defaults": each.defaults,
         "fields": " ".join(each.fields), "could_also_be": each.could_also_be,
         "source": each.source}
        for each in FLAGS.values()
    ])  # fmt: skip
