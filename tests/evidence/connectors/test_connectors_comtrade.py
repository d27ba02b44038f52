"""UN Comtrade: its numbers, the silent limit, breakdowns, the key that is never written down."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from beltroad.errors import InputError
from beltroad.evidence.connectors import Access, FetchError, NoDataError, Raw, RawCache, comtrade
from beltroad.evidence.connectors.comtrade import Query

Make = Callable[..., Access]
Bytes = Callable[[str], bytes]


def test_rows(fixture_bytes: Bytes, raw_of: Callable[..., Raw]) -> None:
    frame = comtrade.parse(fixture_bytes("comtrade.json"), raw_of("comtrade", "un-comtrade"))
    row = frame.set_index("partner")
    assert set(row.index) == {"USA", "TWN"}
    assert row.loc["USA", "value"] == 5e11  # the row by means of transport is no total
    assert row.loc["USA", "flags"] == "estimation=4;classification=H6"
    assert row.loc["TWN", "flags"] == "other_asia_nes;classification=H6"
    assert set(frame["licence"]) == {"un-comtrade"}
    assert set(frame["indicator"]) == {"exports:TOTAL"}
    assert [each["code"] for each in frame.attrs["left_out"]] == ["0"]


def test_numbers_that_are_not_iso_are_asked_for(access_to: Make, fixture_bytes: Bytes) -> None:
    access = access_to({"": [fixture_bytes("comtrade.json")]})
    comtrade.fetch(Query(("CHN",), ("USA", "France", "KAZ"), "2023"), access)
    asked = access.transport.asked[0]
    assert asked.startswith("https://comtradeapi.un.org/public/v1/preview/C/A/HS?reporterCode=156")
    assert "partnerCode=842,251,398&period=2023&cmdCode=TOTAL&flowCode=X" in asked


def test_as_many_rows_as_the_limit_are_an_error(
    access_to: Make, fixture_bytes: Bytes, cache: RawCache
) -> None:
    document = json.loads(fixture_bytes("comtrade.json"))
    document["data"] = document["data"][:1] * 500
    document["count"] = 500
    with pytest.raises(FetchError, match="500 rows are as many as"):
        comtrade.fetch(
            Query(("CHN",), period="2023"), access_to({"": [json.dumps(document).encode()]})
        )
    document["count"], document["data"] = 9, document["data"][:3]
    with pytest.raises(FetchError, match="3 rows of 9"):
        comtrade.fetch(
            Query(("CHN",), period="2023"), access_to({"": [json.dumps(document).encode()]})
        )
    assert cache.entries("comtrade") == []


def test_empty_and_refused(access_to: Make, fixture_bytes: Bytes) -> None:
    query = Query(("CHN",), period="2023")
    with pytest.raises(NoDataError, match="nothing reported"):
        comtrade.fetch(query, access_to({"": [fixture_bytes("comtrade_empty.json")]}))
    said = b'{"elapsedTime":"0 secs","count":0,"data":[],"error":"Invalid partner"}'
    with pytest.raises(FetchError, match="Invalid partner"):
        comtrade.fetch(query, access_to({"": [said]}))


def test_unknown_number(fixture_bytes: Bytes, raw_of: Callable[..., Raw]) -> None:
    data = fixture_bytes("comtrade.json").replace(b'"partnerCode":490', b'"partnerCode":995')
    frame = comtrade.parse(data, raw_of("comtrade"))  # S19 is no economy by its letters
    assert {each["code"] for each in frame.attrs["left_out"]} == {"0", "995"}
    with pytest.raises(FetchError, match="'995'"):
        comtrade.parse(data.replace(b'"S19"', b'"QQQ"'), raw_of("comtrade"))


@pytest.mark.parametrize(
    "query",
    [
        Query(("CHN",)), Query((), period="2023"), Query(("CHN",), period="1990:2023"),
        Query(("CHN",), period="2023", flows=("Z",)),
        Query(("CHN",), period="2023", products=("1&key=2",)),
    ],
)  # fmt: skip
def test_bad_queries(query: Query, access_to: Make) -> None:
    with pytest.raises(InputError):
        comtrade.fetch(query, access_to({}))


def test_the_key_is_named_never_held(access_to: Make, fixture_bytes: Bytes, cache: RawCache,
                                     monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setenv("MY_KEY", "s3cret-value")
    access = access_to({"": [fixture_bytes("comtrade.json")]})
    comtrade.fetch(Query(("CHN",), period="2023", key_env="MY_KEY"), access)
    (request,) = access.transport.requests
    assert "/data/v1/get/C/A/HS" in request.url
    assert "s3cret-value" not in repr(request) + request.address
    for path in cache.folder.rglob("*"):
        assert path.is_dir() or b"s3cret-value" not in path.read_bytes()
