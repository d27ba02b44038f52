"""World Bank: pages, errors served with 200, nulls, groups, renamed codes, debt by creditor."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from beltroad.errors import InputError
from beltroad.evidence.connectors import COLUMNS, Access, FetchError, Raw, RawCache, world_bank
from beltroad.evidence.connectors.world_bank import DebtQuery, Query

GDP = Query(("NY.GDP.MKTP.CD",))
Make = Callable[..., Access]
Bytes = Callable[[str], bytes]


def pages(fixture_bytes: Bytes) -> dict[str, list[bytes]]:
    return {
        "page=1": [fixture_bytes("wdi_page_1.json")], "page=2": [fixture_bytes("wdi_page_2.json")]
    }  # fmt: skip


def with_total(data: bytes, total: int, updated: str = "2026-07-01") -> bytes:
    meta, rows = json.loads(data)
    return json.dumps([meta | {"total": total, "lastupdated": updated}, rows]).encode()


def test_pages_become_tidy_rows_without_groups(access_to: Make, fixture_bytes: Bytes) -> None:
    access = access_to(pages(fixture_bytes))
    frame = world_bank.fetch(GDP, access)
    assert tuple(frame.columns) == COLUMNS
    value = frame.set_index(["economy", "period"])["value"]
    assert value["KAZ", "2023"] == 262000000000.5
    assert value["XKX", "2023"] == 1e10
    assert value["UZB", "2023"] == 0.0  # a zero is kept as it is, not made missing
    assert np.isnan(value["YEM", "2023"])
    assert set(frame["economy"]) == {"KAZ", "XKX", "UZB", "YEM"}
    flags = frame.set_index(["economy", "period"])["flags"]
    assert flags["YEM", "2023"] == "no_value"
    assert flags["KAZ", "2022"] == "obs_status=E"
    assert set(frame["unit"]) == {"current US$"}
    assert set(frame["vintage"]) == {"2026-07-01"}
    assert set(frame["retrieved"]) == {"2026-11-22T12:00:00Z"}
    assert set(frame["licence"]) == {"cc-by-4.0"}
    assert {each["code"] for each in frame.attrs["left_out"]} == {"AFE", "WLD", "Z4"}
    assert len(frame.attrs["raw"]) == 2


def test_countries_and_years_are_asked_for_by_code(access_to: Make, fixture_bytes: Bytes) -> None:
    access = access_to(pages(fixture_bytes))
    query = Query(("NY.GDP.MKTP.CD",), ("Kazakhstan", "UZ"), "2015:2023")
    world_bank.fetch(query, access)
    asked = access.transport.asked[0]
    assert "/country/KAZ;UZB/indicator/NY.GDP.MKTP.CD?" in asked
    assert "date=2015:2023" in asked
    assert "source=2" in asked


def test_an_open_period_is_cut_here_so_that_its_address_stays(
    access_to: Make, fixture_bytes: Bytes
) -> None:
    access = access_to(pages(fixture_bytes))
    frame = world_bank.fetch(Query(("NY.GDP.MKTP.CD",), period="2023:"), access)
    assert set(frame["period"]) == {"2023"}
    assert all("date=" not in address for address in access.transport.asked)


def test_an_error_with_status_200_is_no_data_and_is_not_cached(
    access_to: Make, fixture_bytes: Bytes, cache: RawCache
) -> None:
    access = access_to({"": [fixture_bytes("wb_error.json")]})
    with pytest.raises(FetchError, match=r"Invalid value.*error 120"):
        world_bank.fetch(GDP, access)
    assert len(access.transport.asked) == 1  # asking again would not help
    assert cache.entries("world-bank") == []


def test_nothing_found_is_an_empty_frame(access_to: Make, fixture_bytes: Bytes) -> None:
    frame = world_bank.fetch(GDP, access_to({"": [fixture_bytes("wb_empty.json")]}))
    assert frame.empty
    assert tuple(frame.columns) == COLUMNS


def test_pages_of_two_states_of_the_database_are_asked_for_again(
    access_to: Make, fixture_bytes: Bytes
) -> None:
    first, second = fixture_bytes("wdi_page_1.json"), fixture_bytes("wdi_page_2.json")
    access = access_to({"page=1": [with_total(first, 7), first], "page=2": [second, second]})
    assert len(world_bank.fetch(GDP, access)) == 5
    assert len(access.transport.asked) == 4


def test_pages_that_never_agree_are_refused(access_to: Make, fixture_bytes: Bytes) -> None:
    first, second = fixture_bytes("wdi_page_1.json"), fixture_bytes("wdi_page_2.json")
    moved = with_total(second, 8, "2026-08-01")
    with pytest.raises(FetchError, match="do not belong together"):
        world_bank.fetch(GDP, access_to({"page=1": [first], "page=2": [moved]}))
    lacking = with_total(first, 9), with_total(second, 9)
    with pytest.raises(FetchError, match="8 rows, announced 9"):
        world_bank.fetch(GDP, access_to({"page=1": [lacking[0]], "page=2": [lacking[1]]}))


def test_the_same_row_on_two_pages_is_refused(access_to: Make, fixture_bytes: Bytes) -> None:
    first = json.loads(fixture_bytes("wdi_page_1.json"))
    double = json.dumps([first[0] | {"total": 10, "page": 2}, first[1]]).encode()
    one = with_total(fixture_bytes("wdi_page_1.json"), 10)
    with pytest.raises(FetchError, match="rows are double"):
        world_bank.fetch(GDP, access_to({"page=1": [one], "page=2": [double]}))


def test_an_unknown_code_stops_everything(raw_of: Callable[..., Raw], fixture_bytes: Bytes) -> None:
    data = fixture_bytes("wdi_page_1.json").replace(b'"KAZ"', b'"QQZ"')
    with pytest.raises(FetchError, match="'QQZ'"):
        world_bank.parse(data, raw_of("world-bank"))


@pytest.mark.parametrize("name", ["CC.EST", "Control of corruption: estimate", "gov_wgi_cc.est"])
def test_governance_codes_are_looked_up_in_the_source(
    name: str, access_to: Make, fixture_bytes: Bytes
) -> None:
    access = access_to({
        "/country/": [fixture_bytes("wgi_data.json")],
        "/v2/indicator?source=3": [fixture_bytes("wgi_list.json")],
    })  # fmt: skip
    frame = world_bank.fetch(Query((name,), ("KAZ",), source=3), access)
    assert frame["indicator"].tolist() == ["GOV_WGI_CC.EST"]
    assert frame["value"].tolist() == [-0.25]
    assert frame["source"].iloc[0].endswith("Worldwide Governance Indicators")


def test_governance_names_that_fit_none_or_several(access_to: Make, fixture_bytes: Bytes) -> None:
    access = access_to({"/v2/indicator?source=3": [fixture_bytes("wgi_list.json")]})
    with pytest.raises(InputError, match=r"GOV_WGI_CC\.EST, GOV_WGI_CC\.EST\.SC"):
        world_bank.fetch(Query(("control of",), source=3), access)
    with pytest.raises(InputError, match="no indicator 'corn'"):
        world_bank.fetch(Query(("corn",), source=3), access)


def test_debt_by_creditor(access_to: Make, fixture_bytes: Bytes) -> None:
    access = access_to({"": [fixture_bytes("ids_china.json")]})
    frame = world_bank.fetch_debt(DebtQuery(("DT.DOD.DPPG.CD",), ("Lao PDR",)), access)
    assert (
        "/sources/6/country/LAO/series/DT.DOD.DPPG.CD/counterpart-area/730/time/all/data"
        in (access.transport.asked[0])
    )
    assert set(frame["economy"]) == {"LAO"}  # LMY is a group
    china = frame[frame["creditor_code"] == "730"].set_index("period")
    assert china.loc["2022", "partner"] == "CHN"
    assert china.loc["2022", "value"] == 5e9
    assert china.loc["2023", "flags"] == "no_value"
    others = frame[frame["creditor_code"] != "730"]
    assert set(others["creditor"]) == {"Asian Dev. Bank", "World"}
    assert set(others["partner"]) == {""}
    assert set(frame["unit"]) == {"DOD, current US$"}


@pytest.mark.parametrize("code", ["../x", "NY GDP", "A;B", "", "a/b"])
def test_a_code_cannot_change_the_address(code: str, access_to: Make) -> None:
    with pytest.raises(InputError):
        world_bank.fetch(Query((code,)), access_to({}))
    with pytest.raises(InputError):
        world_bank.fetch_debt(DebtQuery((code,), ("LAO",)), access_to({}))
    with pytest.raises(InputError):
        world_bank.fetch_debt(
            DebtQuery(("DT.DOD.DPPG.CD",), ("LAO",), creditor=code), access_to({})
        )
