"""``beltroad evidence fetch``, ``providers`` and ``licences`` with canned answers."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from fastparquet import ParquetFile

from beltroad.evidence.connectors import Request
from beltroad.evidence.connectors.transport import Reply
from command_line import run_beltroad

FIXTURES = Path(__file__).parent / "evidence" / "connectors" / "fixtures"
ANSWERS = {
    "NY.GDP.MKTP.CD?format=json&per_page=5000&source=2&page=1": "wdi_page_1.json",
    "NY.GDP.MKTP.CD?format=json&per_page=5000&source=2&page=2": "wdi_page_2.json",
    "BAD.CODE": "wb_error.json",
    "/sources/6/": "ids_china.json",
    "/pip/v1/": "pip.csv",
    "IMF.RES,WEO": "weo.csv",
    "comtradeapi": "comtrade.json",
}
GDP = ("world-bank", "--indicator", "NY.GDP.MKTP.CD")


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path,
    asked: list[str],
) -> Callable[..., tuple[int, str, str]]:  # fmt: skip
    class Canned:
        @contextmanager
        def open(self, request: Request) -> Iterator[Reply]:
            asked.append(request.address)
            name = next(name for part, name in ANSWERS.items() if part in request.address)
            yield Reply(200, {}, iter([(FIXTURES / name).read_bytes()]))

    monkeypatch.setattr("beltroad.evidence.connectors.access.RequestsTransport", Canned)

    def call(*words: object) -> tuple[int, str, str]:
        given = [str(word) for word in words]
        cache = str(tmp_path / "cache")
        return run_beltroad(
            monkeypatch, capsys, "evidence", *given, columns=120, cache=cache
        )  # fmt: skip

    return call


def test_rows_are_written_with_their_licences(run, asked: list[str], tmp_path: Path) -> None:
    out = tmp_path / "gdp.csv"
    code, said, errors = run("fetch", *GDP, "--out", out)
    assert (code, errors) == (0, "")
    assert "5 rows, 4 economies, 2022 to 2023; World Bank, World Development Indicators" in said
    assert "Left out: AFE (" in said
    assert "To name: World Bank, CC BY 4.0" in said
    rows = pd.read_csv(out).set_index(["economy", "period"])
    assert rows.loc[("KAZ", 2023), "value"] == 262000000000.5  # all digits
    beside = pd.read_csv(tmp_path / "gdp.licences.csv")
    assert beside["licence"].tolist() == ["cc-by-4.0"] * 2
    assert beside["url"].tolist() == asked
    assert beside["sha256"].str.fullmatch("[0-9a-f]{64}").all()


def test_offline_answers_from_the_cache_only(run, asked: list[str], tmp_path: Path,
                                             monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    code, _, errors = run("fetch", *GDP, "--offline")
    assert code == 1
    assert "run once without --offline" in errors
    assert run("fetch", *GDP)[0] == 0

    def forbidden(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "socket", forbidden)
    code, said, _ = run("fetch", *GDP, "--offline", "--json")
    assert code == 0
    content = json.loads(said)
    assert {row["economy"] for row in content["rows"]} == {"KAZ", "UZB", "XKX", "YEM"}
    assert next(row for row in content["rows"] if row["economy"] == "YEM")["value"] is None
    assert len(asked) == 2


def test_old_data_say_their_age(run, tmp_path: Path) -> None:
    run("fetch", *GDP)
    for sidecar in (tmp_path / "cache").rglob("*.json"):
        about = json.loads(sidecar.read_text()) | {"retrieved": "2024-01-02T00:00:00Z"}
        sidecar.write_text(json.dumps(about))
    _, said, _ = run("fetch", *GDP, "--offline")
    assert "Retrieved on 2024-01-02, " in said
    assert "values may have been revised since" in said


def test_comtrade_rows_are_shown_and_never_written(run, asked: list[str], tmp_path: Path) -> None:
    words = ("fetch", "comtrade", "--country", "CHN", "--period", "2023")
    for more in (("--out", tmp_path / "trade.csv"), ("--json",)):
        code, said, errors = run(*words, *more)
        assert (code, said) == (2, "")
        assert "without written permission" in errors
        assert "publish what you derive" in errors
    assert asked == []  # refused before anything is asked
    assert list(tmp_path.glob("trade*")) == []
    code, said, _ = run(*words)
    assert code == 0
    assert "500,000,000,000" in said
    assert "may not be passed on" in said


def test_other_providers(run, tmp_path: Path) -> None:
    code, said, _ = run("fetch", "debt", "--series", "DT.DOD.DPPG.CD", "--country", "LAO",
                        "--out", tmp_path / "debt.parquet")  # fmt: skip
    assert code == 0
    with (tmp_path / "debt.parquet").open("rb") as handle:
        creditors = set(ParquetFile(handle).to_pandas()["creditor"])
    assert creditors == {
        "China", "Asian Dev. Bank", "World",
    }  # fmt: skip
    code, said, _ = run("fetch", "pip", "--country", "POL", "--period", "2018")
    assert code == 0
    assert "Poverty and Inequality Platform" in said
    code, said, _ = run("fetch", "imf", "WEO", "--indicator", "NGDPD", "--country", "KAZ")
    assert code == 0
    assert "estimate" in said
    assert "Source: International Monetary Fund" in said


@pytest.mark.parametrize(
    ("words", "expected", "told"),
    [
        (("world-bank", "--indicator", "BAD.CODE"), 1, "Invalid value"),
        (("world-bank", "--indicator", "a b"), 2, "no indicator code"),
        ((*GDP, "--country", "Narnia"), 2, "no economy 'Narnia'"),
        ((*GDP, "--period", "2023:2015"), 2, "first year is after"),
        ((*GDP, "--out", "x.xlsx"), 2, ".csv or .parquet"),
        ((*GDP, "--offline", "--refresh"), 2, "exclude each other"),
        (("imf", "dots", "--indicator", "X"), 2, "no dataflow"),
        (("baci", "--period", "2022", "--release", "x"), 2, "release such as"),
        (("gravity", "--period", "2022", "--variable", "tradeflow_comtrade_d"), 2, "UN Comtrade"),
    ],
)
def test_faults_are_one_line(run, words: tuple[str, ...], expected: int, told: str) -> None:
    code, said, errors = run("fetch", *words)
    assert (code, said) == (expected, "")
    assert told in errors
    assert errors.count("\n") == 1


def test_providers_say_what_is_cached(run) -> None:
    code, said, _ = run("providers")
    assert code == 0
    assert said.count("nothing cached") == 7
    assert "un-comtrade: rows stay here" in said
    run("fetch", *GDP)
    _, said, _ = run("providers", "--json")
    by_id = {row["provider"]: row for row in json.loads(said)}
    assert by_id["world-bank"]["cached"] == 2
    assert by_id["world-bank"]["newest"] is not None
    assert not by_id["comtrade"]["may_be_passed_on"]


def test_the_registry_can_be_asked(run) -> None:
    code, said, _ = run("licences")
    assert code == 0
    assert "etalab-2.0: Etalab Open Licence 2.0" in said
    code, said, _ = run("licences", "facts cited; CC BY 3.0 IGO", "--json")
    assert [row["licence_id"] for row in json.loads(said)] == ["cc-by-3.0-igo", "facts"]
    code, _, errors = run("licences", "all mine")
    assert code == 2
    assert "no registered licence" in errors
