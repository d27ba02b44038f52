"""Whatever table comes into the bundle: valid codes, dates, a source for each row of facts."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from beltroad import evidence
from beltroad.evidence import economies

CODES = set(economies.table()["iso3"]) | {"EUU", ""}
# Columns that hold economies; several in one cell are separated by a space or semicolon.
ECONOMIES = ("iso3", "iso3_a", "iso3_b", "partner", "host", "partners", "members", "importer",
             "exporter")  # fmt: skip
# Partner and importer may be a group of claims, or the rest of the world of the trade model.
GROUPS = {
    "claims": set(evidence.load("claim_geographies")["geography"]),
    "lever_presets": {"*", *evidence.load("agreement_members")["group"]},
}
DATES = ("signed_on", "withdrawn_on", "listed_by", "not_listed_on", "in_force_from", "in_force_to",
         "as_of", "accessed", "since", "period_start", "period_end", "published_on")  # fmt: skip
DAY = r"\d{4}(-\d{2}(-\d{2})?)?"
DATE = re.compile(rf"({DAY}(/{DAY})?)?")
TABLES = [name for name in evidence.names() if evidence.info(name).file.endswith(".csv")]


def texts(table: pd.DataFrame, column: str) -> set[str]:
    return set(table[column].astype(str)) - {"nan"}


@pytest.mark.parametrize("name", TABLES)
def test_codes_dates_and_sources(name: str) -> None:
    table = evidence.load(name)
    known = CODES | GROUPS.get(name, set()) | {"ROW"}
    for column in set(ECONOMIES) & set(table.columns):
        found = {code for text in texts(table, column) for code in re.split("[ ;]+", text)}
        assert found <= known, (column, sorted(found - known)[:5])
    for column in set(DATES) & set(table.columns):
        wrong = {text for text in texts(table, column) if not DATE.fullmatch(text.split(".")[0])}
        assert not wrong, (column, sorted(wrong)[:5])
    if "source_title" in table:
        assert table["source_title"].astype(str).ne("").all()
    if {"confidence", "source_url", "source_title"} <= set(table.columns):
        sure = table[
            (table["confidence"] == "high") & (table["source_title"] != "as the parameter")
        ]
        assert sure["source_url"].ne("").all()


@pytest.mark.parametrize("name", evidence.names())
def test_every_table_has_a_source_with_licence_and_vintage(name: str) -> None:
    about = evidence.info(name)
    assert about.sources
    for source in about.sources:
        assert source.title
        assert source.licence
        assert source.vintage
