"""Official ICIO files: layouts of several editions read to the same accounts."""

from __future__ import annotations

import gzip
import zipfile

import numpy as np
import pandas as pd
import pytest

from beltroad.errors import DataError, InputError
from beltroad.trade.model import TradeModel
from beltroad.trade.tables import icio_release
from beltroad.trade.tables.icio_release import read_icio_release, year_of

SECTORS = ["A01", "C26", "F"]


def release(economies=("KAZ", "CHN", "ROW"), *, stocks=-2.0, categories=("HFCE", "GFCF", "INVNT"),
            names=("TLS", "VA", "OUT"), seed=1):  # fmt: skip
    """A consistent table in the layout of the 2023 and 2025 editions."""
    draw = np.random.default_rng(seed)
    labels = [f"{c}_{s}" for c in economies for s in SECTORS]
    n = len(labels)
    inter = draw.uniform(1, 5, (n, n))
    final = draw.uniform(5, 20, (n, len(economies) * len(categories)))
    columns = [f"{c}_{k}" for c in economies for k in categories]
    final[0, columns.index(f"{economies[1]}_{categories[-1]}")] = stocks
    out = inter.sum(1) + final.sum(1)
    tls = draw.uniform(-0.5, 1, n)
    va = out - inter.sum(0) - tls
    assert (va > 0).all()
    table = pd.DataFrame(inter, labels, labels).join(pd.DataFrame(final, labels, columns))
    table[names[2]] = out
    for name, row in zip(names, (tls, va, out), strict=True):
        table.loc[name] = [*row, *np.zeros(len(columns)), 0.0]
    table.index.name = "V1"
    return table


def saved(table, folder, name="2022_SML.csv"):
    path = folder / name
    table.to_csv(path)
    return path


def test_accounts_come_back(tmp_path):
    table = release()
    found = read_icio_release(saved(table, tmp_path))
    assert found.economies == ("KAZ", "CHN", "ROW")
    assert found.industries == tuple(SECTORS)
    square = table.iloc[:9, :9].to_numpy()
    np.testing.assert_allclose(found.intermediate, square, rtol=1e-12)
    kaz_final = table.filter(regex="^KAZ_(HFCE|GFCF|INVNT)").iloc[:9].sum(axis=1)
    np.testing.assert_allclose(found.final[:, 0], kaz_final, rtol=1e-12)
    np.testing.assert_allclose(found.output, table.loc["OUT"].iloc[:9], rtol=1e-12)


def test_tables_close_and_hold_every_dollar(tmp_path):
    found = read_icio_release(saved(release(stocks=3.0), tmp_path))
    tables = found.tables()
    assert tables["flows"]["value"].sum() == pytest.approx(found.output.sum(), rel=1e-12)
    inputs = tables["io"].groupby(["country", "using_sector"])["cost_share"].sum()
    added = tables["value_added"].set_index(["country", "sector"])["share"]
    added.index.names = inputs.index.names
    np.testing.assert_allclose(inputs + added, 1.0, rtol=1e-12)
    own = found.taxes + found.value_added
    np.testing.assert_allclose(added.to_numpy() * found.output, own, rtol=1e-9)
    assert set(tables["elasticities"]["sector"]) == set(SECTORS)


def test_net_sales_from_stocks_become_output_and_are_told(tmp_path):
    table = release(stocks=-45.0)
    found = read_icio_release(saved(table, tmp_path))
    assert (found.final >= 0).all()
    assert any("stocks" in note for note in found.notes)
    rest = table.loc["KAZ_A01", ["CHN_HFCE", "CHN_GFCF"]].sum()
    assert found.final[0, 1] == pytest.approx(rest)


def test_parts_of_china_and_mexico_are_put_together(tmp_path):
    table = release(("CHN", "KAZ", "CN2"))
    joined = read_icio_release(saved(table, tmp_path))
    assert joined.economies == ("CHN", "KAZ")
    whole = table.loc[["CHN_A01", "CN2_A01"], ["CHN_C26", "CN2_C26"]].to_numpy().sum()
    assert joined.intermediate[0, 1] == pytest.approx(whole)
    assert joined.output.sum() == pytest.approx(table.loc["OUT"].sum())
    assert any("CN2" in note for note in joined.notes)


def test_the_older_layout_reads_the_same(tmp_path):
    new = release(stocks=4.0)
    old = new.rename(
        index={"TLS": "KAZ_TAXSUB", "VA": "VALU", "OUT": "OUTPUT"},
        columns={"OUT": "TOTAL"} | {c: c.replace("DPABR", "P33") for c in new.columns},
    )
    one, two = (
        read_icio_release(saved(t, tmp_path, f"{k}.csv")) for k, t in (("a", new), ("b", old))
    )
    np.testing.assert_array_equal(one.intermediate, two.intermediate)
    np.testing.assert_array_equal(one.taxes, two.taxes)


def test_a_zip_with_one_table(tmp_path):
    table = release()
    plain = saved(table, tmp_path)
    with zipfile.ZipFile(tmp_path / "icio.zip", "w") as archive:
        archive.write(plain, "2022_SML.csv")
    one, two = read_icio_release(plain), read_icio_release(tmp_path / "icio.zip")
    np.testing.assert_array_equal(one.final, two.final)
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.write(plain, "2021_SML.csv")
        archive.write(plain, "2022_SML.csv")
    with pytest.raises(InputError, match=r"2 CSV files.*--year.*2021, 2022"):
        read_icio_release(tmp_path / "two.zip")
    chosen = read_icio_release(tmp_path / "two.zip", year=2021)
    assert (chosen.year, chosen.file) == (2021, "2021_SML.csv")
    with pytest.raises(InputError, match="no one table of 2005; years in it: 2021, 2022"):
        read_icio_release(tmp_path / "two.zip", year=2005)


def costly(share=1.4):
    """A release where inputs of one small industry cost more than its output."""
    table = release(stocks=3.0)
    column = "KAZ_C26"
    table.loc["VA", column] = (1 - share) * table.loc["OUT", column] - table.loc["TLS", column]
    inner = table.index[:9]
    more = share * table.loc["OUT", column] / table.loc[inner, column].sum()
    extra = table.loc[inner, column] * (more - 1)
    table.loc[inner, column] += extra
    table.loc[inner, "KAZ_HFCE"] -= extra
    return table


def test_inputs_above_output_are_cut_and_told(tmp_path, monkeypatch):
    monkeypatch.setattr(icio_release, "MOST_CUT", 0.05)
    table = costly()
    assert table.loc["VA", "KAZ_C26"] < 0
    found = read_icio_release(saved(table, tmp_path))
    assert any("inputs cut to 98% of output in 1 industries" in n for n in found.notes)
    assert any("KAZ C26" in n for n in found.notes)
    tables = found.tables()
    added = tables["value_added"].set_index(["country", "sector"])["share"]
    assert added["KAZ", "C26"] == pytest.approx(0.02)
    assert tables["flows"]["value"].sum() == pytest.approx(found.output.sum())
    # What is cut from inputs counts as final spending of the same economy.
    kaz = table.iloc[:9, :3].to_numpy().sum()
    assert found.use[0].sum() == pytest.approx(kaz - 0.42 * table.loc["OUT", "KAZ_C26"])
    model = TradeModel.from_tables(**tables)
    assert model.findings.empty


def test_too_much_cut_is_a_broken_file(tmp_path):
    with pytest.raises(DataError, match=r"inputs cut .* KAZ C26; is this a table"):
        read_icio_release(saved(costly(), tmp_path))


def test_use_and_flow_are_the_accounts(tmp_path):
    table = release(stocks=3.0)
    found = read_icio_release(saved(table, tmp_path))
    square = table.iloc[:9, :9].to_numpy()
    # Sector A01 sold by CHN (rows 3 to 5) to KAZ (columns 0 to 2), final sales included.
    final = table.loc["CHN_A01", ["KAZ_HFCE", "KAZ_GFCF", "KAZ_INVNT"]].sum()
    assert found.flow[0, 0, 1] == pytest.approx(square[3, :3].sum() + final)
    assert found.use[0, 1, 2] == pytest.approx(square[[1, 4, 7], 2].sum())


@pytest.mark.parametrize(
    ("name", "year"),
    [("2022_SML.csv", 2022), ("ICIO2021_2018.csv", 2018), ("2016-2022_SML/2019_SML.csv", 2019),
     ("icio.csv", None), ("ICIO2023econ.csv", None), ("1995-2000.csv", None)],
)  # fmt: skip
def test_the_year_is_told_by_the_name(name, year):
    assert year_of(name) == year


def test_a_year_that_the_name_contradicts_is_refused(tmp_path):
    path = saved(release(), tmp_path)
    assert read_icio_release(path, year=2022).year == 2022
    with pytest.raises(InputError, match="is of 2022 by its name, not of 2019"):
        read_icio_release(path, year=2019)


def test_gzip_reads_and_a_torn_one_is_refused(tmp_path):
    path = saved(release(), tmp_path)
    packed = tmp_path / "2022_SML.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    one, two = read_icio_release(path), read_icio_release(packed)
    np.testing.assert_array_equal(one.intermediate, two.intermediate)
    packed.write_bytes(packed.read_bytes()[:400])
    with pytest.raises(InputError, match="cannot be read"):
        read_icio_release(packed)


@pytest.mark.parametrize(
    ("spoil", "error", "word"),
    [
        (lambda t: t.drop(index="VA"), InputError, "no row VA"),
        (lambda t: t.rename(columns={"KAZ_HFCE": "KAZ_XYZ"}), InputError, "XYZ"),
        (lambda t: t.iloc[:, 1:], DataError, "sales differ"),
        (lambda t: t.drop(index="CHN_A01"), DataError, "differ"),
        (lambda t: t.map(lambda v: "x"), InputError, "not numbers"),
        (lambda t: t.rename(index=lambda v: "row"), InputError, "given twice"),
        (
            lambda t: t.where(np.tile(t.index.to_numpy()[:, None] != "CHN_F", t.shape[1])),
            InputError,
            "CHN_F",
        ),
    ],
)
def test_broken_files_are_refused_with_a_reason(tmp_path, spoil, error, word):
    with pytest.raises(error, match=word):
        read_icio_release(saved(spoil(release()), tmp_path))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_icio_release(tmp_path / "none.csv")
