"""Exports: round trips, the same bytes, licences, and SDMX as a public library reads it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from claim_tables import make
from fastparquet import ParquetFile

from beltroad.errors import DataError, InputError, OutputError
from beltroad.evidence.claims import COLUMNS, claims, export, sources
from beltroad.evidence.claims.export import format_of
from beltroad.evidence.claims.sdmx import COMPONENTS, CodeList, message

NASTY = {
    "subject": '=HYPERLINK("http://x")', "note": "-1 & <b>; a\nline", "said_by": "@Ann, \"A\"",
    "wording": "+8 %", "value": -5.25,
}  # fmt: skip


def read_csv(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, dtype=str)


def test_csv_keeps_every_cell(tmp_path: Path) -> None:
    frame = claims()
    back = read_csv(export(frame, tmp_path / "c.csv")[0])
    assert tuple(back.columns) == COLUMNS
    assert len(back) == len(frame)
    assert back["claim_id"].tolist() == frame["claim_id"].tolist()
    assert back["value"].astype(float).tolist() == frame["value"].tolist()
    plain = [c for c in COLUMNS if c not in ("value", "value_high")]
    for column in plain:
        same = back[column].str.removeprefix("'") == frame[column].str.split().str.join(" ")
        same |= back[column] == frame[column]
        assert same.all(), column


def test_parquet_and_json_keep_every_cell(tmp_path: Path) -> None:
    frame = claims(pillar="finance")
    with export(frame, tmp_path / "c.parquet")[0].open("rb") as handle:
        back = ParquetFile(handle).to_pandas()
    assert back["value"].tolist() == frame["value"].tolist()
    assert back["note"].tolist() == frame["note"].tolist()
    content = json.loads(export(frame, tmp_path / "c.json")[0].read_text(encoding="utf-8"))
    assert [c["claim_id"] for c in content["claims"]] == frame["claim_id"].tolist()
    assert {c["value_high"] for c in content["claims"]} >= {None}
    assert len(content["sources"]) == frame["document"].nunique()


@pytest.mark.parametrize("fmt", ["csv", "parquet", "json", "sdmx-csv"])
def test_the_same_claims_give_the_same_bytes(tmp_path: Path, fmt: str) -> None:
    frame = claims(country="KAZ")
    one = [p.read_bytes() for p in export(frame, tmp_path / "a", fmt)]
    two = [p.read_bytes() for p in export(frame.copy(), tmp_path / "a", fmt)]
    assert one == two
    names = {p.name for p in tmp_path.iterdir()}
    assert names == {"a", "a.licences.csv"} | ({"a.structure.xml"} if fmt == "sdmx-csv" else set())


def test_no_cell_is_a_formula(tmp_path: Path) -> None:
    frame = claims(tables=make(NASTY))
    for fmt in ("csv", "sdmx-csv"):
        text = export(frame, tmp_path / "c.csv", fmt)[0].read_text(encoding="utf-8")
        for cell in (c for row in csv.reader(io.StringIO(text)) for c in row):
            number = cell.replace(".", "").replace("-", "").isdigit()
            assert number or not cell.startswith(("=", "+", "-", "@")), cell
        assert "-5.25" in text
    assert read_csv(export(frame, tmp_path / "c.csv")[0])["subject"][0].startswith("'=")


def test_licences_go_beside_the_data(tmp_path: Path) -> None:
    frame = claims(tables=make({}, {}, {"document": "doc-b"}))
    path = export(frame, tmp_path / "x.csv")[-1]
    assert path.name == "x.licences.csv"
    listed = read_csv(path).set_index("document")
    assert listed["claims"].to_dict() == {"doc-a": "2", "doc-b": "1"}
    assert listed.at["doc-b", "registered"] == "cc-by-4.0"
    assert "B Press" in listed.at["doc-b", "attribution"]
    assert set(sources(claims())["document"]) == set(claims()["document"])


def test_what_may_not_be_passed_on_is_refused(tmp_path: Path) -> None:
    frame = claims(tables=make({}))
    for licence in ("All rights reserved", "a licence nobody registered"):
        with pytest.raises(InputError):
            export(frame.assign(licence=licence), tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


def test_formats_and_frames_are_checked(tmp_path: Path) -> None:
    frame = claims(tables=make({}))
    assert format_of(Path("a.CSV")) == "csv"
    assert format_of(Path("a.csv"), "sdmx-csv") == "sdmx-csv"
    for path, fmt in (("a.txt", None), ("a.csv", "xlsx")):
        with pytest.raises(InputError, match="sdmx-csv"):
            export(frame, tmp_path / path, fmt)
    with pytest.raises(InputError, match="no claims"):
        export(frame.iloc[:0], tmp_path / "a.csv")
    with pytest.raises(InputError, match="'licence' is missing"):
        export(frame.drop(columns="licence"), tmp_path / "a.csv")


def test_nothing_is_half_written(tmp_path: Path) -> None:
    frame = claims(tables=make({}))
    old = tmp_path / "a.csv"
    old.write_text("old", encoding="utf-8")
    (tmp_path / "a.licences.csv").mkdir()
    with pytest.raises(OutputError, match="were not written"):
        export(frame, old)
    assert old.read_text(encoding="utf-8") == "old"
    assert {p.name for p in tmp_path.iterdir()} == {"a.csv", "a.licences.csv"}
    with pytest.raises(OutputError):
        export(frame, tmp_path / "none" / "a.csv")


# SDMX


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("sdmx")
    data, structure, _ = export(claims(), folder / "claims.csv", "sdmx-csv")
    return data, structure


@pytest.fixture(scope="module")
def dataset(exported: tuple[Path, Path]) -> Any:
    """The data as pysdmx reads them; the structure is validated against the SDMX 3.0 schema."""
    io_ = pytest.importorskip("pysdmx.io")
    datasets = io_.get_datasets(exported[0], exported[1], validate=True)
    assert len(datasets) == 1
    return datasets[0]


def test_a_public_library_reads_data_against_structure(dataset: Any) -> None:
    assert str(dataset.structure.short_urn) == "Dataflow=BELTROAD:CLAIMS(1.0)"
    frame = claims()
    assert len(dataset.data) == len(frame)
    values = dict(zip(dataset.data["CLAIM"], dataset.data["OBS_VALUE"], strict=True))
    for claim_id, value in zip(frame["claim_id"], frame["value"], strict=True):
        assert float(values[claim_id]) == value


def test_every_code_is_in_its_list_and_keys_are_unique(dataset: Any) -> None:
    components = dataset.structure.components
    assert {c.id for c in components} == {c.id for c in COMPONENTS} == set(dataset.data.columns)
    coded = 0
    for component in components:
        codes = component.local_codes or component.enumeration
        if codes is None:
            continue
        coded += 1
        used = set(dataset.data[component.id]) - {""}
        assert used <= {code.id for code in codes}, component.id
    assert coded == sum(bool(c.codelist) for c in COMPONENTS)
    keys = [c.id for c in components.dimensions]
    assert len(keys) == 8
    assert not dataset.data.duplicated(keys).any()
    assert (dataset.data[keys] != "").all().all()


def test_the_schema_check_is_a_real_one(exported: tuple[Path, Path], tmp_path: Path) -> None:
    io_ = pytest.importorskip("pysdmx.io")
    broken = tmp_path / "broken.xml"
    text = exported[1].read_text(encoding="utf-8")
    broken.write_text(text.replace("<str:Codelists>", "<str:Codelists><str:Wrong/>"), "utf-8")
    with pytest.raises(Exception, match="Wrong"):
        io_.read_sdmx(broken, validate=True)


def test_nasty_text_stays_valid(tmp_path: Path) -> None:
    io_ = pytest.importorskip("pysdmx.io")
    nasty = NASTY | {"said_by": 'A & B <c> "d" \x0b'}
    data, structure, _ = export(claims(tables=make(nasty)), tmp_path / "n.csv", "sdmx-csv")
    found = io_.get_datasets(data, structure, validate=True)[0]
    assert float(found.data["OBS_VALUE"].iloc[0]) == -5.25


def test_rows_say_what_the_claims_say() -> None:
    rows = message(claims()).rows.set_index("CLAIM")
    trains = rows.loc["qiushi-qiu-2024-02-18-03"]
    assert trains[["FREQ", "TIME_PERIOD", "BOUND", "OBS_VALUE"]].tolist() == [
        "D", "2023-09-30", "more_than", "78000"]  # fmt: skip
    assert trains["PERIOD_START"] == "2011"
    invested = rows.loc["open-cooperation-2025-11-17-01"]
    assert invested[["FREQ", "TIME_PERIOD"]].tolist() == ["_O", "2021-01-01/P4Y6M"]
    unsure = set(claims().query("status != 'read'")["claim_id"])
    assert set(rows.index[rows["OBS_STATUS"] == "U"]) == unsure
    gain = rows[rows["INDICATOR"] == "income_gain"].iloc[0]
    assert (gain["OBS_VALUE"], gain["VALUE_HIGH"]) == ("0.7", "2.9")


def test_a_claim_without_date_takes_that_of_its_document() -> None:
    row = message(claims(tables=make({"period_end": ""}))).rows.iloc[0]
    assert row[["FREQ", "TIME_PERIOD", "PERIOD_BASIS"]].tolist() == ["D", "2025-01-02", "P"]
    none = claims(tables=make({"period_end": ""})).assign(published_on="")
    with pytest.raises(DataError, match="neither a period nor a date"):
        message(none)


def test_two_claims_never_share_a_key() -> None:
    frame = claims(tables=make({}))
    with pytest.raises(DataError, match="key of another"):
        message(pd.concat([frame, frame]))


def test_codes_are_identifiers_and_never_shared() -> None:
    codes = CodeList("SUBJECT")
    texts = ["A b", "a  B", "ä-b", "x" * 200, "x" * 201, "", "??", "..", "ok_id"]
    made = [codes.add(t) for t in texts]
    assert len(set(made)) == len(texts)
    assert all(0 < len(c) <= 60 and c.replace("_", "").replace("-", "").isalnum() for c in made)
    assert [codes.add(t) for t in texts] == made
    with pytest.raises(DataError, match="no BOUND"):
        CodeList("BOUND").add("perhaps")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # it leaves the files open
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_another_public_library_reads_the_same(exported: tuple[Path, Path]) -> None:
    sdmx = pytest.importorskip("sdmx")
    structure = sdmx.read_sdmx(exported[1])
    found = sdmx.read_sdmx(exported[0], structure=structure.structure["CLAIMS"]).data[0].obs
    read = {o.key["CLAIM"].value: float(o.value) for o in found}
    frame = claims()
    assert read == dict(zip(frame["claim_id"], frame["value"], strict=True))
