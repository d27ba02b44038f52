"""PIP and IMF: levels, kinds of welfare, estimates, scale, both forms of SDMX."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from beltroad.errors import InputError
from beltroad.evidence.connectors import Access, FetchError, NoDataError, Raw, RawCache, imf, pip

Make = Callable[..., Access]
Bytes = Callable[[str], bytes]
RawOf = Callable[..., Raw]


def test_pip_keeps_national_rows_or_what_there_is(fixture_bytes: Bytes, raw_of: RawOf) -> None:
    frame = pip.parse(fixture_bytes("pip.csv"), raw_of("pip"))
    gini = frame[frame["indicator"] == "gini"].set_index(["economy", "welfare"])
    assert gini.loc[("CHN", "consumption"), "level"] == "national"
    assert gini.loc[("ARG", "income"), "level"] == "urban"
    assert "level=urban" in gini.loc[("ARG", "income"), "flags"]
    assert len(gini.loc["POL"]) == 2  # consumption and income of one year are two facts
    assert "welfare_unknown" in gini.loc[("UZB", "unknown"), "flags"]
    assert "interpolated" in gini.loc[("UZB", "unknown"), "flags"]
    assert np.isnan(gini.loc[("UZB", "unknown"), "value"])
    assert "no_value" in gini.loc[("UZB", "unknown"), "flags"]


def test_pip_levels_units_and_zeros(fixture_bytes: Bytes, raw_of: RawOf) -> None:
    urban = pip.parse(fixture_bytes("pip.csv"), raw_of("pip"), level="urban")
    assert set(urban["economy"]) == {"CHN", "ARG"}
    poor = urban[(urban["economy"] == "CHN") & (urban["indicator"] == "headcount@3")]
    assert poor["value"].tolist() == [0.0]  # nobody below the line is a figure
    every = pip.parse(fixture_bytes("pip.csv"), raw_of("pip"), level="all")
    assert len(every[(every["economy"] == "CHN") & (every["indicator"] == "gini")]) == 2
    assert set(every.loc[every["indicator"] == "mean", "unit"]) == {"2021 PPP USD a day"}
    shares = every[every["indicator"].str.fullmatch(r"decile\d+")]
    total = shares.groupby(["economy", "level", "welfare"])["value"].sum()
    assert np.allclose(total, 1.0)


def test_pip_asks_and_cuts_to_the_period(access_to: Make, fixture_bytes: Bytes) -> None:
    access = access_to({"": [fixture_bytes("pip.csv")]})
    frame = pip.fetch(pip.Query(("POL",), "2018", poverty_line=3.0), access)
    assert set(frame["period"]) == {"2018"}
    assert "country=POL&year=all&povline=3.00&ppp_version=2021" in access.transport.asked[0]
    assert "reporting_level=all&welfare_type=all&format=csv" in access.transport.asked[0]


def test_pip_faults(access_to: Make, fixture_bytes: Bytes, raw_of: RawOf, cache: RawCache) -> None:
    header = fixture_bytes("pip.csv").split(b"\n")[0] + b"\n"
    with pytest.raises(NoDataError, match="no surveys"):
        pip.fetch(pip.Query(("UZB",)), access_to({"": [header]}))
    said = fixture_bytes("pip_error.json")
    for refused in (said, (404, {}, said)):
        with pytest.raises(FetchError, match="Invalid query arguments"):
            pip.fetch(pip.Query(("UZB",)), (access := access_to({"": [refused]})))
        assert len(access.transport.asked) == 1  # asking again would not help
    with pytest.raises(FetchError, match="refuses the request"):
        pip.parse(said, raw_of("pip"))
    cut = fixture_bytes("pip.csv")[:-40]
    with pytest.raises(FetchError, match="cut off or damaged at line"):
        pip.fetch(pip.Query(("UZB",)), access_to({"": [cut]}, attempts=2))
    assert cache.entries("pip") == []
    for query in (pip.Query(level="county"), pip.Query(poverty_line=0), pip.Query(period="20")):
        with pytest.raises(InputError):
            pip.fetch(query, access_to({}))


def test_weo_csv(fixture_bytes: Bytes, raw_of: RawOf) -> None:
    frame = imf.parse(fixture_bytes("weo.csv"), raw_of("imf"), flow="weo")
    row = frame.set_index(["economy", "period"])
    # SCALE says how the IMF shows it; the value is in units already.
    assert row.loc[("KAZ", "2024"), "value"] == 288e9
    assert row.loc[("KAZ", "2024"), "flags"] == "shown_scale=9"
    assert row.loc[("KAZ", "2024"), "unit"] == "USD"  # from the row of attributes
    assert row.loc[("KAZ", "2026"), "flags"] == "estimate;shown_scale=9"
    assert row.loc[("PAK", "2024"), "flags"].startswith("shown_scale")
    assert row.loc[("PAK", "2025"), "flags"].startswith("estimate_or_actual")
    assert row.loc[("PAK", "2026"), "flags"].startswith("no_value;estimate;")
    assert row.loc[("XKX", "2024"), "flags"].startswith("estimate_unknown")
    assert row.loc[("PSE", "2024"), "flags"].startswith("estimate;")
    assert row.loc[("KAZ", "2024"), "vintage"] == "IMF.RES:WEO(9.0.0), 2026-04-14"
    assert [each["code"] for each in frame.attrs["left_out"]] == ["G001"]
    assert len(frame) == 8


def test_weo_xml_says_the_same(fixture_bytes: Bytes, raw_of: RawOf) -> None:
    from_csv = imf.parse(fixture_bytes("weo.csv"), raw_of("imf"), flow="weo")
    from_xml = imf.parse(fixture_bytes("weo.xml"), raw_of("imf"), flow="weo")
    columns = ["economy", "indicator", "period", "value", "unit", "flags"]
    shared = from_csv[(from_csv["economy"] == "KAZ") & from_csv["period"].isin(["2024", "2026"])]
    given = from_xml[from_xml["period"] != "2027"]
    assert given[columns].values.tolist() == shared[columns].values.tolist()
    last = from_xml[from_xml["period"] == "2027"].iloc[0]
    assert np.isnan(last["value"])
    assert last["flags"].startswith("no_value")


def test_imts_csv_2(fixture_bytes: Bytes, raw_of: RawOf) -> None:
    frame = imf.parse(fixture_bytes("imts.csv"), raw_of("imf"), flow="imts")
    assert frame[["economy", "partner", "value"]].values.tolist() == [
        ["KAZ", "CHN", 14.7e9], ["KAZ", "XKX", 0.0]
    ]  # fmt: skip
    assert frame["flags"].tolist() == ["derivation=O;shown_scale=6"] * 2
    left = {each["code"]: each["why"] for each in frame.attrs["left_out"]}
    assert set(left) == {"G001", "SUN"}
    assert "Soviet Union" in left["SUN"]
    own = fixture_bytes("imts.csv").replace(b",CHN,A", b",WBG,A")  # the IMF's own code
    assert "PSE" in set(imf.parse(own, raw_of("imf"), flow="imts")["partner"])


def test_direct_investment_multiplies_by_unit_mult(fixture_bytes: Bytes, raw_of: RawOf) -> None:
    frame = imf.parse(fixture_bytes("dip.csv"), raw_of("imf"), flow="dip")
    assert frame["value"].tolist() == [6.5e9, -12e6]
    assert frame["derived"].tolist() == ["O", "O"]


def test_imf_requests_are_made_by_the_client_without_sending() -> None:
    query = imf.Query("imts", ("XG_FOB_USD",), ("KAZ", "Kosovo"), ("CHN", "PSE"), "2015:2023")
    request = imf.request_for(query)
    assert request.address == (
        "https://api.imf.org/external/sdmx/2.1/data/IMF.STA,IMTS/"
        "KAZ+KOS.XG_FOB_USD.CHN+WBG.A?startPeriod=2015&endPeriod=2023"
    )
    assert request.accept == "application/vnd.sdmx.data+csv;version=1.0.0"
    weo = imf.request_for(imf.Query("weo", ("NGDPD",)))
    assert weo.address.endswith("/IMF.RES,WEO/.NGDPD.A")
    dip = imf.request_for(imf.Query("dip", ("INWD_D_NETLA_FALL_ALL",), ("KAZ",)))
    assert dip.address.endswith("/IMF.STA,DIP/KAZ.O.INWD_D_NETLA_FALL_ALL..A")


def test_imf_fetch_accepts_both_forms(access_to: Make, fixture_bytes: Bytes) -> None:
    query = imf.Query("weo", ("NGDPD",), ("KAZ",))
    for name in ("weo.csv", "weo.xml"):
        frame = imf.fetch(query, access_to({"": [fixture_bytes(name)]}, refresh=True))
        assert "KAZ" in set(frame["economy"])


def test_imf_faults(access_to: Make, fixture_bytes: Bytes) -> None:
    empty = fixture_bytes("weo.csv").split(b"\n")[0] + b"\n"
    bare = b"".join(
        line for line in fixture_bytes("weo.xml").splitlines(True) if b"<Series" not in line
    )
    for answer in (empty, bare):
        with pytest.raises(NoDataError, match="unknown codes"):
            imf.fetch(imf.Query("weo", ("NGDPX",)), access_to({"": [answer]}))
    with pytest.raises(NoDataError):
        imf.fetch(imf.Query("weo", ("NGDPX",)), access_to({"": [(204, {}, b"")]}))
    cut = fixture_bytes("weo.xml")[:-30]
    with pytest.raises(FetchError, match="no complete XML"):
        imf.fetch(imf.Query("weo", ("NGDPY",)), access_to({"": [cut]}, attempts=1))
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'
    with pytest.raises(FetchError, match="DTD"):
        imf.fetch(imf.Query("weo", ("NGDPZ",)), access_to({"": [bomb]}))
    for query in (
        imf.Query("dots", ("X",)), imf.Query("weo", ()), imf.Query("weo", ("a/b",)),
        imf.Query("weo", ("NGDPD",), partners=("CHN",)), imf.Query("weo", ("NGDPD",), ("Narnia",)),
    ):  # fmt: skip
        with pytest.raises(InputError):
            imf.request_for(query)
