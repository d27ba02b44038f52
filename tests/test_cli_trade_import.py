"""``beltroad trade import-icio`` and ``import-baci``: downloads in, tables for the model out."""

from __future__ import annotations

import hashlib
import json
import socket
import zipfile

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.appraisal.own_accounts import OwnAccounts
from beltroad.trade import assemble, calibration, solve
from beltroad.trade.model import TradeModel
from beltroad.trade.tables import read_table
from command_line import run_beltroad

CATEGORIES = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
ECONOMIES = ("CHN", "KAZ", "USA", "ROW")
FEW = ("A01", "C26", "F")
CODES = """country_code,country_name,country_iso2,country_iso3
156,China,CN,CHN
398,Kazakhstan,KZ,KAZ
490,"Other Asia, nes",,S19
699,India,IN,IND
842,USA,US,USA
"""
BACI = """t,i,j,k,v,q
2022,156,842,851712,1500,           NA
2022,398,156,270900,700,2
2022,699,490,270900,900,2
2022,490,842,854231,400,1
"""


def table_of(industries, seed=1):
    """A release in the layout of the 2023 and 2025 editions, million USD of a whole world."""
    draw = np.random.default_rng(seed)
    labels = [f"{c}_{s}" for c in ECONOMIES for s in industries]
    n = len(labels)
    inter = draw.uniform(1, 5, (n, n)) * 1e6 / n**2 * 20
    final = draw.uniform(5, 20, (n, len(ECONOMIES) * 6)) * 1e6 / n
    columns = [f"{c}_{k}" for c in ECONOMIES for k in CATEGORIES]
    final[0, columns.index("USA_INVNT")] *= -0.1
    out = inter.sum(1) + final.sum(1)
    tls = 0.01 * out
    frame = pd.DataFrame(inter, labels, labels).join(pd.DataFrame(final, labels, columns))
    frame["OUT"] = out
    for name, row in (("TLS", tls), ("VA", out - inter.sum(0) - tls), ("OUT", out)):
        frame.loc[name] = [*row, *np.zeros(len(columns) + 1)]
    frame.index.name = "V1"
    return frame


def other_accounts(economies):
    """Accounts that show some economies which the release does not."""
    draw, n, j = np.random.default_rng(3), len(economies), len(FEW)
    flows = draw.uniform(0.05, 1.0, (j, n, n)) * 1e9
    flows[:, np.arange(n), np.arange(n)] += 4e9
    recipes = draw.uniform(0.0, 0.5 / j, (n, j, j))
    return assemble(economies, FEW, flows, recipes, 4.0, goods=[True, True, False])


@pytest.fixture
def downloads(tmp_path):
    folder = tmp_path / "downloads"
    folder.mkdir()
    table_of(FEW).to_csv(folder / "2022_SML.csv")
    (folder / "BACI_HS92_Y2022_V202401b.csv").write_text(BACI)
    (folder / "country_codes_V202401b.csv").write_text(CODES)
    return folder


@pytest.fixture
def run(monkeypatch, capsys):
    def refuse(*_, **__):
        raise AssertionError("a network connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    return lambda *arguments: run_beltroad(monkeypatch, capsys, "trade", *map(str, arguments))


def test_icio_becomes_a_folder_that_the_model_reads(run, downloads, tmp_path):
    file, out = downloads / "2022_SML.csv", tmp_path / "own"
    code, said, err = run("import-icio", file, "--out", out)
    assert (code, err) == (0, "")
    assert "4 economies, 3 industries" in said
    assert {p.name for p in out.iterdir()} == {
        "flows.parquet", "io.parquet", "value_added.parquet", "elasticities.csv",
        "tariffs.parquet", "about.json",
    }  # fmt: skip
    about = json.loads((out / "about.json").read_text())
    assert about["year"] == 2022
    assert about["source"]["file"] == "2022_SML.csv"
    assert about["source"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    model = TradeModel.from_folder(out)
    assert about["digest"] == model.digest
    assert set(model.countries) == set(ECONOMIES)
    c, table = model.calibration, pd.read_csv(file, index_col=0)
    assert c.sales.sum() == pytest.approx(table.loc["OUT"].sum(), rel=1e-9)
    # Final demand is the release's: what China sells to final users in Kazakhstan is in the flow.
    at = (c.industry("C26"), c.economy("KAZ"), c.economy("CHN"))
    sold = table.loc["CHN_C26"].filter(regex="^KAZ_").sum()
    assert c.trade_usd[at] == pytest.approx(sold, rel=1e-9)
    assert (c.tariff[c.industry("C26")] > 1).any()
    assert (c.tariff[c.industry("F")] == 1).all()
    nothing = solve(c, np.ones_like(c.pi))
    np.testing.assert_allclose(np.exp(nothing.ln_wage), 1.0, rtol=1e-8)


def test_the_same_download_gives_the_same_bytes(run, downloads, tmp_path):
    for name in ("a", "b"):
        assert run("import-icio", downloads / "2022_SML.csv", "--out", tmp_path / name)[0] == 0
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_without_tariffs_and_by_sector(run, downloads, tmp_path):
    code, said, _ = run(
        "import-icio", downloads / "2022_SML.csv", "--out", tmp_path / "own", "--no-tariffs",
        "--elasticities", "caliendo_parro_sectoral",
    )  # fmt: skip
    assert code == 0
    assert "without tariffs" in said
    c = TradeModel.from_folder(tmp_path / "own").calibration
    assert (c.tariff == 1).all()
    known = evidence.load("icio_industries").set_index("industry")["theta_caliendo_parro"]
    np.testing.assert_allclose(c.theta, known[list(c.industries)], rtol=1e-9)


def test_a_year_of_the_archive(run, downloads, tmp_path):
    archive = downloads / "2016-2022_SML.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(downloads / "2022_SML.csv", "2022_SML.csv")
        packed.write(downloads / "2022_SML.csv", "2021_SML.csv")
    code, _, err = run("import-icio", archive, "--out", tmp_path / "own")
    assert code == 2
    assert "--year" in err
    assert len(err.strip().splitlines()) == 1
    code, said, _ = run("import-icio", archive, "--out", tmp_path / "own", "--year", "2021")
    assert code == 0
    assert "2021_SML.csv" in said


def test_baci_is_set_beside_the_release(run, downloads, tmp_path):
    out = tmp_path / "own"
    code, said, _ = run(
        "import-icio", downloads / "2022_SML.csv", "--out", out,
        "--baci", downloads / "BACI_HS92_Y2022_V202401b.csv",
    )  # fmt: skip
    assert code == 0
    assert "BACI" in said
    table = pd.read_csv(out / "goods_trade.csv").set_index(["exporter", "importer"])
    assert table.loc[("CHN", "USA"), "baci_goods_usd"] == 1_500_000.0
    # India and Taiwan are not in the release: they count as the rest of the world.
    assert table.loc[("ROW", "USA"), "baci_goods_usd"] == 400_000.0
    release = pd.read_csv(downloads / "2022_SML.csv", index_col=0)
    goods = release.loc[["CHN_A01", "CHN_C26"]].filter(regex="^USA_").to_numpy().sum()
    assert table.loc[("CHN", "USA"), "icio_goods_usd"] == pytest.approx(1e6 * goods)
    assert len(table) == 12
    TradeModel.from_folder(out)


def test_rest_of_the_world_is_split_after_other_accounts(run, downloads, tmp_path, monkeypatch):
    pattern = other_accounts(("CHN", "KAZ", "LAO", "PAK", "VNM", "ROW"))
    monkeypatch.setattr(calibration, "calibrate", lambda **_: pattern)
    table = table_of(FEW)
    table.to_csv(downloads / "2022_SML.csv")
    out = tmp_path / "own"
    code, said, err = run("import-icio", downloads / "2022_SML.csv", "--out", out, "--split")
    assert (code, err) == (0, "")
    assert "ROW split into 3 economies and a smaller ROW" in said
    about = json.loads((out / "about.json").read_text())
    assert about["imputed"] == ["LAO", "PAK", "VNM"]
    c = OwnAccounts.of(out).calibration()
    assert set(c.economies) == {"CHN", "KAZ", "USA", "LAO", "PAK", "VNM", "ROW"}
    made = c.sales.sum(axis=1) / 1e6
    for code in ("CHN", "KAZ", "USA"):
        wanted = table.loc["OUT"].filter(regex=f"^{code}_").sum()
        assert made[c.economy(code)] == pytest.approx(wanted, rel=1e-6)
    assert made.sum() == pytest.approx(table.loc["OUT"].sum(), rel=1e-6)
    code, _, err = run("import-icio", downloads / "2022_SML.csv", "--out", out, "--no-tariffs")
    assert code == 2
    assert "tariffs.parquet: is there already" in err


def test_import_baci(run, downloads, tmp_path):
    file = downloads / "BACI_HS92_Y2022_V202401b.csv"
    code, said, _ = run("import-baci", file, "--out", tmp_path / "goods.csv")
    assert code == 0
    assert "490" in said
    table = pd.read_csv(tmp_path / "goods.csv").set_index(["exporter", "importer"])
    assert table.loc[("IND", "TWN"), "goods_trade_usd"] == 900_000.0
    code, _, _ = run("import-baci", file, "--by-industry", "--out", tmp_path / "goods.parquet")
    assert code == 0
    sectors = read_table(tmp_path / "goods.parquet")["sector"]
    assert set(sectors) == {"B06", "C26"}


RELEASE, GOODS = "2022_SML.csv", "BACI_HS92_Y2022_V202401b.csv"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ("import-icio none.csv --out x", "no such file"),
        (f"import-icio {GOODS} --out x", "given twice"),
        (f"import-icio {RELEASE} --out x --baci none.csv", "none.csv: no such file"),
        (f"import-icio {RELEASE} --out x --elasticities uniforn", "uniform"),
        (f"import-icio {RELEASE} --out x --split", "industries of the bundled"),
        (f"import-icio {RELEASE} --out x --year 2019", "is of 2022 by its name"),
        (f"import-baci {RELEASE} --out x.csv", "no column t, i, j, v"),
        (f"import-baci {GOODS} --out x.xlsx", ".csv or .parquet"),
        (f"import-baci {GOODS} --out x.csv --codes {RELEASE}", "no column country_code"),
    ],
)
def test_wrong_files_give_one_clear_line(run, downloads, monkeypatch, arguments, word):
    monkeypatch.chdir(downloads)
    code, _, err = run(*arguments.split())
    assert code == 2
    assert len(err.strip().splitlines()) == 1
    assert word in err
    assert not (downloads / "x").exists()
