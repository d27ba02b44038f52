"""Shocks as rules: wildcards, order, empty cells, own sales, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from beltroad.trade.tables import Shock, TablesError, read_shock

NAMES, SECTORS = ("a", "b", "c"), ("x", "y")
OLD = np.where(np.eye(3, dtype=bool), 0.0, np.full((2, 3, 3), 0.1))
HOME = np.eye(3, dtype=bool)


def spread(*rows: tuple[object, ...], columns: str = "tariff iceberg_change") -> Shock:
    table = pd.DataFrame(rows, columns=["importer", "exporter", "sector", *columns.split()])
    return read_shock(table, NAMES, SECTORS, OLD)


def test_wildcards_leave_own_sales_alone() -> None:
    found = spread(("*", "*", "*", 0.0, 0.5))
    assert (found.tariff == 0).all()
    assert (found.iceberg_change[:, HOME] == 1).all()
    assert (found.iceberg_change[:, ~HOME] == 0.5).all()
    one = spread(("a", "*", "y", None, 0.5)).iceberg_change
    assert one[1, 0].tolist() == [1.0, 0.5, 0.5]
    assert (one[0] == 1).all()
    assert (one[1, 1:] == 1).all()
    other = spread(("*", "a", "*", None, 0.5)).iceberg_change
    assert other[:, :, 0].tolist() == [[1.0, 0.5, 0.5]] * 2


def test_own_sales_are_touched_when_named() -> None:
    found = spread(("a", "a", "*", None, 0.8)).iceberg_change
    assert found[:, 0, 0].tolist() == [0.8, 0.8]
    assert np.count_nonzero(found != 1) == 2


def test_later_rows_win_and_nothing_multiplies() -> None:
    found = spread(
        ("*", "*", "*", 0.3, 0.5), ("a", "b", "x", None, 0.9), ("a", "b", "x", 0.2, None),
        ("a", "b", "x", 0.25, None),
    )  # fmt: skip
    assert found.tariff[0, 0, 1] == 0.25
    assert found.iceberg_change[0, 0, 1] == 0.9  # the empty cell left it alone
    assert found.tariff[0, 0, 2] == 0.3
    back = spread(("a", "b", "x", None, 0.9), ("*", "*", "*", None, 0.5))
    assert back.iceberg_change[0, 0, 1] == 0.5


def test_one_column_is_enough() -> None:
    found = spread(("a", "b", "x", 0.05), columns="tariff")
    assert found.tariff[0, 0, 1] == 0.05
    assert np.count_nonzero(found.tariff != OLD) == 1
    assert (found.iceberg_change == 1).all()


def test_rules_come_on_top_of_arrays() -> None:
    start = np.full((2, 3, 3), 0.7)
    table = pd.DataFrame([("a", "b", "x", 0.9)], columns=[
        "importer", "exporter", "sector", "iceberg_change"])  # fmt: skip
    found = read_shock(table, NAMES, SECTORS, OLD, start).iceberg_change
    assert found[0, 0, 1] == 0.9
    assert np.count_nonzero(found == 0.7) == found.size - 1
    assert (start == 0.7).all()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("a", "bb", "x", 0.0, 1.0), r"row 0, exporter 'bb': is not in flows"),
        (("a", "b", "z", 0.0, 1.0), r"row 0, sector 'z': is not in elasticities"),
        (("a", "b", "x", None, None), r"row 0: changes nothing"),
        (("a", "a", "x", 0.1, None), r"row 0, tariff 0.1: is on own sales"),
        (("a", "b", "x", 12.0, None), r"tariff '12.0': is more than 500 %.*percent"),
        (("a", "b", "x", -1.0, None), r"tariff '-1.0': must be above -1"),
        (("a", "b", "x", None, 0.0), r"iceberg_change '0.0': must be above 0"),
        (("a", "b", "x", None, "less"), r"iceberg_change 'less': is no number"),
        (("a", "", "x", None, 0.9), r"exporter: is empty"),
    ],
)
def test_faults_are_named(row: tuple[object, ...], message: str) -> None:
    with pytest.raises(TablesError, match=message):
        spread(row)


def test_a_table_without_a_change_is_refused() -> None:
    table = pd.DataFrame([("a", "b", "x")], columns=["importer", "exporter", "sector"])
    with pytest.raises(TablesError, match="no column iceberg_change, tariff"):
        read_shock(table, NAMES, SECTORS, OLD)
