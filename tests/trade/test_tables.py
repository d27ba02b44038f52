"""Data sets of the user: faults are named, what does not add up is listed, repairs are shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from trade_economies import random_economy
from trade_tables import Tables, symmetric, tables_of, write

from beltroad.errors import InputError
from beltroad.trade import TradeModel
from beltroad.trade.tables import AccountsError, TablesError


def economy(everything: bool = True) -> Tables:
    known = random_economy(7, 4, 3, inputs=0.4, tariff=0.2, balanced=False)
    return tables_of(known, everything=everything)


def load(tables: Tables, *, repair: bool = False) -> TradeModel:
    return TradeModel.from_tables(**tables, repair=repair)


def changed(name: str, row: int, column: str, value: object) -> Tables:
    tables = economy()
    table = tables[name].astype({column: object})
    table.loc[row, column] = value
    return tables | {name: table}


# Faults of form: what, where, value, remedy


@pytest.mark.parametrize(
    ("name", "row", "column", "value", "message"),
    [
        ("flows", 5, "value", -1.0, r"flows row 5, value '-1.0': must be at least 0"),
        ("flows", 5, "value", np.inf, r"flows row 5, value 'inf': is not finite"),
        ("flows", 5, "value", np.nan, r"flows row 5, value '': is empty"),
        ("flows", 5, "value", "1,5", r"flows row 5, value '1,5': is no number.*point"),
        ("flows", 5, "sector", "C62", r"flows row 5, sector 'C62': is not in elasticities.*'C26'"),
        ("flows", 5, "importer", "", r"flows row 5, importer: is empty"),
        ("io", 0, "country", "KAY", r"io row 0, country 'KAY': is not in flows.*'KAZ'"),
        ("value_added", 2, "share", -0.1, r"value_added row 2, share '-0.1'.*at least 0"),
        ("elasticities", 1, "theta", 0.9, r"elasticities row 1, theta '0.9': must be at least 1"),
        ("tariffs", 3, "rate", 7.5, r"tariffs row 3, rate '7.5'.*percent"),
        ("tariffs", 3, "rate", -1.0, r"tariffs row 3, rate '-1.0': must be above -1"),
        ("consumption", 3, "country", "XXX", r"consumption row 3, country 'XXX'"),
        ("deficits", 0, "value", "none", r"deficits row 0, value 'none': is no number"),
    ],
)
def test_each_fault_names_row_field_value_and_remedy(
    name: str, row: int, column: str, value: object, message: str
) -> None:
    with pytest.raises(TablesError, match=message):
        load(changed(name, row, column, value))


def test_all_faults_are_told_at_once() -> None:
    tables = economy()
    tables["flows"].loc[[1, 2], "value"] = -3.0
    tables["elasticities"].loc[0, "theta"] = 0.2
    with pytest.raises(TablesError) as caught:
        load(tables)
    assert [f.where.split(",")[0] for f in caught.value.faults] == [
        "flows row 1", "flows row 2", "elasticities row 0",
    ]  # fmt: skip


def test_duplicates_name_both_rows() -> None:
    tables = economy()
    flows = tables["flows"]
    tables["flows"] = pd.concat([flows, flows.iloc[[4]]], ignore_index=True)
    with pytest.raises(TablesError, match=f"flows row {len(flows)}: .*already in row 4"):
        load(tables)


def test_rates_mostly_above_one_are_asked_about() -> None:
    tables = economy()
    tables["tariffs"]["rate"] *= 10  # 0 to 200 %: in percent divided by ten
    with pytest.raises(TablesError, match=r"above 1 \(100 %\).*Are they in percent"):
        load(tables)


def test_missing_columns_and_tables_are_named() -> None:
    tables = economy()
    with pytest.raises(TablesError, match=r"no column value; it has .*valu.*Did you mean 'valu'"):
        load(tables | {"flows": tables["flows"].rename(columns={"value": "valu"})})
    with pytest.raises(InputError, match="io: expected a table"):
        load(tables | {"io": [1, 2]})  # type: ignore[dict-item]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_folder_and_frames_give_the_same_model(tmp_path: Path, suffix: str) -> None:
    tables = economy()
    found = TradeModel.from_folder(write(tables, tmp_path / "data", suffix)).calibration
    for name in ("pi", "gamma", "alpha", "deficit"):
        known = getattr(load(tables).calibration, name)
        np.testing.assert_allclose(getattr(found, name), known, rtol=1e-9, atol=1e-12)


def test_files_are_told_by_name_and_line(tmp_path: Path) -> None:
    folder = write(economy(), tmp_path / "data")
    (folder / "io.csv").rename(folder / "ios.csv")
    with pytest.raises(TablesError, match=r"io.csv: is missing.*input_sector.*'ios.csv'"):
        TradeModel.from_folder(folder)
    (folder / "ios.csv").rename(folder / "io.csv")
    lines = (folder / "flows.csv").read_text().splitlines()
    (folder / "flows.csv").write_text("\n".join([*lines[:9], "A01,KAZ,KAZ,x", *lines[10:]]))
    with pytest.raises(TablesError, match=r"flows.csv line 10, value 'x': is no number"):
        TradeModel.from_folder(folder)
    (folder / "flows.csv").write_text("\n".join(lines).replace(",", ";"))
    with pytest.raises(TablesError, match="parted by semicolons"):
        TradeModel.from_folder(folder)
    (folder / "flows.csv").write_bytes("importer,é".encode("latin-1"))
    with pytest.raises(InputError, match="is not UTF-8"):
        TradeModel.from_folder(folder)
    (folder / "flows.csv").write_bytes(b"")
    with pytest.raises(InputError, match=r"flows.csv: is empty"):
        TradeModel.from_folder(folder)
    (folder / "flows.csv").write_text("\n".join(lines))
    write({"io": economy()["io"]}, folder, ".parquet")
    with pytest.raises(TablesError, match=r"as .csv and as .parquet"):
        TradeModel.from_folder(folder)
    with pytest.raises(InputError, match="is no folder"):
        TradeModel.from_folder(tmp_path / "nowhere")


def test_the_label_na_and_a_byte_order_mark_survive(tmp_path: Path) -> None:
    tables = {k: t.replace({"land 0": "NA"}) for k, t in symmetric().items()}
    folder = write(tables, tmp_path)
    text = (folder / "flows.csv").read_text()
    (folder / "flows.csv").write_text(text, encoding="utf-8-sig")
    assert TradeModel.from_folder(folder).countries == ("NA", "land 1", "land 2")


# Accounts that do not add up


def scale_io(tables: Tables, factor: float) -> None:
    io = tables["io"]
    here = (io["country"] == "CHN") & (io["using_sector"] == "C26")
    io.loc[here, "cost_share"] *= factor


def drop_added(tables: Tables) -> None:
    tables["value_added"] = tables["value_added"].iloc[1:]


def own_tariff(tables: Tables) -> None:
    rates = tables["tariffs"]
    own = (rates["importer"] == "LAO") & (rates["exporter"] == "LAO")
    rates.loc[own & (rates["sector"] == "F"), "rate"] = 0.1


def negative_input(tables: Tables) -> None:
    io, added = tables["io"], tables["value_added"]
    row = io.index[(io["country"] == "KAZ") & (io["using_sector"] == "F")][0]
    taken = io.loc[row, "cost_share"] + 0.002
    io.loc[row, "cost_share"] = -0.002
    added.loc[(added["country"] == "KAZ") & (added["sector"] == "F"), "share"] += taken


def more_deficit(tables: Tables) -> None:
    tables["deficits"]["value"] += np.array([0.03, -0.03, 0.0, 0.0]) * 1e10


def deficits_open(tables: Tables) -> None:
    tables["deficits"].loc[0, "value"] += 3e8


def other_consumption(tables: Tables) -> None:
    table = tables["consumption"]
    table.loc[0, "share"] += 0.04
    table.loc[1, "share"] -= 0.04


def consumption_above_one(tables: Tables) -> None:
    tables["consumption"]["share"] *= 1.02


SMALL: dict[str, Callable[[Tables], None]] = {
    "inputs and value added do not sum to one": lambda t: scale_io(t, 1.03),
    "output without a value added share": drop_added,
    "tariff on own sales": own_tariff,
    "negative cost share of input": negative_input,
    "deficit differs from imports less exports": more_deficit,
    "deficits do not sum to zero": deficits_open,
    "consumption shares differ from": other_consumption,
    "consumption shares do not sum to one": consumption_above_one,
}


@pytest.mark.parametrize("what", SMALL)
def test_small_imbalances_are_listed_then_repaired(what: str) -> None:
    tables = economy()
    SMALL[what](tables)
    with pytest.raises(AccountsError, match="repair=True") as caught:
        load(tables)
    listed = caught.value.findings
    mine = listed[listed["what"].str.startswith(what)]
    assert len(mine)
    assert (mine["verdict"] == "repair").all()
    assert (mine["size"].abs() > 0).all()
    assert (mine["remedy"] != "").all()
    model = load(tables, repair=True)
    assert len(model.repairs)
    assert (model.repairs["before"].isna() | model.repairs["change"].abs().gt(0)).all()
    result = model.solve()  # the repaired accounts are an equilibrium
    assert np.abs(result.real_income).max() < 1e-7


def test_repairs_keep_what_was_given() -> None:
    tables = economy()
    other_consumption(tables)
    more_deficit(tables)
    known = load(economy()).calibration
    model = load(tables, repair=True)
    c = model.calibration
    given = tables["consumption"]["share"].to_numpy().reshape(4, 3)
    np.testing.assert_allclose(c.alpha[0], given[0], atol=1e-9)
    np.testing.assert_allclose(c.deficit, tables["deficits"]["value"], rtol=1e-6, atol=1e3)
    np.testing.assert_allclose(c.gamma, known.gamma, atol=1e-12)
    shown = model.repairs.set_index(["what", "country"])["change_pct"]
    moved = 100 * (c.value_added / known.value_added - 1)
    np.testing.assert_allclose(shown.loc["value added"], moved, atol=1e-6)
    assert np.abs(moved).max() < 5


def test_negative_final_demand_is_listed_and_repaired_when_small() -> None:
    tables = economy(everything=False)
    flows = tables["flows"]
    here = (flows["importer"] == "PAK") & (flows["sector"] == "A01")
    tables["flows"] = flows.assign(value=flows["value"].where(~here, flows["value"] * 0.14))
    with pytest.raises(AccountsError, match=r"inputs exceed total spending: PAK A01: -.* %"):
        load(tables)
    model = load(tables, repair=True)
    row = model.repairs[model.repairs["what"] == "final demand"].iloc[0]
    assert (row["country"], row["sector"], row["after"]) == ("PAK", "A01", 0.0)
    assert row["before"] < 0
    assert np.abs(model.solve().real_income).max() < 1e-7


def one_country_idle(tables: Tables) -> None:
    flows = tables["flows"]
    tables["flows"] = flows[(flows["exporter"] != "LAO")]


def no_final(tables: Tables) -> None:
    flows = tables["flows"]
    tables["flows"] = flows[flows["importer"] != "LAO"]


def no_costs(tables: Tables) -> None:
    drop_added(tables)
    first = economy()["value_added"].iloc[0]
    io = tables["io"]
    here = (io["country"] == first["country"]) & (io["using_sector"] == first["sector"])
    tables["io"] = io[~here]


def nobody_sells(tables: Tables) -> None:
    flows = tables["flows"]
    tables["flows"] = flows[(flows["importer"] != "LAO") | (flows["sector"] != "C26")]


LARGE: dict[str, Callable[[Tables], None]] = {
    "inputs and value added do not sum to one": lambda t: scale_io(t, 2.0),
    "country with no value added": one_country_idle,
    "country that buys nothing": no_final,
    "output without cost shares": no_costs,
    "buyer with no seller": nobody_sells,
}


@pytest.mark.parametrize("what", LARGE)
@pytest.mark.parametrize("repair", [False, True])
def test_large_imbalances_are_refused(what: str, repair: bool) -> None:
    tables = economy()
    LARGE[what](tables)
    with pytest.raises(AccountsError, match="too large to repair") as caught:
        load(tables, repair=repair)
    listed = caught.value.findings
    assert (listed.loc[listed["what"] == what, "verdict"] == "refuse").any()


def test_rounding_is_put_right_without_asking() -> None:
    tables = economy(everything=False)
    tables["io"]["cost_share"] = tables["io"]["cost_share"].round(6)
    tables["value_added"]["share"] = tables["value_added"]["share"].round(6)
    model = load(tables)
    assert list(model.findings["verdict"].unique()) == ["note"]
    assert model.repairs.empty
    sums = model.calibration.gamma.sum(axis=1) + model.calibration.beta
    np.testing.assert_allclose(sums, 1.0, atol=1e-14)


def test_absent_rows_and_idle_sectors_are_noted() -> None:
    tables = economy(everything=False)
    tables["flows"] = tables["flows"].iloc[1:]
    more = pd.DataFrame({"sector": ["idle"], "theta": [4.0]})
    tables["elasticities"] = pd.concat([tables["elasticities"], more])
    notes = load(tables, repair=True).findings
    told = notes.set_index("what")
    assert told.loc["flows: 17 combinations have no row", "verdict"] == "note"
    assert told.loc["sector that nobody makes", "sector"] == "idle"
