"""Claimed counts beside our own rows: what each verdict means, and figures that must agree."""

from __future__ import annotations

from datetime import date

import pytest

from beltroad import evidence
from beltroad.policy import facts
from beltroad.policy.counts import VERDICTS, _verdict, counts

TABLE = counts().set_index("claim_id")


@pytest.mark.parametrize(
    ("claimed", "bound", "certain", "possible", "partial", "expected"),
    [
        (29, "exact", 29, 29, False, "agrees"),
        (29, "exact", 27, 30, False, "agrees"),
        (29, "exact", 30, 31, False, "more rows"),
        (29, "exact", 20, 28, False, "fewer rows"),
        (29, "exact", 20, 28, True, "list is partial"),
        (150, "more_than", 151, 153, False, "consistent"),
        (150, "more_than", 149, 150, False, "fewer rows"),
        (150, "at_least", 149, 150, False, "consistent"),
        (40, "more_than", 7, 7, True, "list is partial"),
    ],
)
def test_verdicts(
    claimed: float, bound: str, certain: int, possible: int, partial: bool, expected: str
) -> None:
    assert _verdict(claimed, bound, certain, possible, partial=partial) == expected


@pytest.mark.parametrize(
    ("claim", "instrument", "number"),
    [
        ("guangming-2025-10-27-04", "visa_mutual", 29),
        ("guangming-2025-10-27-05", "visa_free_by_china", 47),
        ("qiushi-zheng-2024-01-05-29", "clearing", 17),
        ("aiib-annual-report-2024-01", "aiib", 110),
    ],
)
def test_figures_of_the_documents_are_found_in_the_rows(
    claim: str, instrument: str, number: int
) -> None:
    row = TABLE.loc[claim]
    assert (row["instrument"], row["claimed"], row["verdict"]) == (instrument, number, "agrees")


def test_counts_are_those_of_the_parties_on_the_day() -> None:
    row = TABLE.loc["guangming-2025-10-27-04"]
    held = facts.parties("visa_mutual", date.fromisoformat(row["on"]))
    assert row["counted"] == (held["state"] == "in_force").sum()
    assert (TABLE["counted"] <= TABLE["possible"]).all()
    assert set(TABLE["verdict"]) <= set(VERDICTS)


def test_no_claim_is_compared_twice_and_every_rule_is_used() -> None:
    assert not TABLE.index.duplicated().any()
    rules = evidence.load("claim_counts")
    assert set(rules["indicator"]) == set(TABLE["indicator"])
