"""The user's own accounts in an appraisal: told by content, checked, in USD."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.appraisal.own_accounts import OwnAccounts, beside, own_accounts, recorded
from beltroad.errors import InputError
from beltroad.trade import theta_range
from beltroad.trade.tables.icio_release import tidy

ECONOMIES = ("CHN", "KAZ", "ROW")
SECTORS = ("A01", "C26", "F")


def folder_of(path: Path, economies=ECONOMIES, sectors=SECTORS, unit=1_000_000, seed=1) -> Path:
    """A world of some 30 tn USD in millions, as CSV."""
    draw, n, j = np.random.default_rng(seed), len(economies), len(sectors)
    flow = draw.uniform(0.5, 1.0, (j, n, n)) * 2e6
    use = draw.uniform(0.05, 0.1, (n, j, j)) * flow.sum(axis=1).T[:, None, :]
    path.mkdir(exist_ok=True)
    for name, table in tidy(economies, sectors, flow, use).items():
        table.to_csv(path / f"{name}.csv", index=False)
    if unit is not None:
        (path / "about.json").write_text(json.dumps({"unit_usd": unit, "year": 2022}))
    return path


@pytest.fixture
def folder(tmp_path):
    return folder_of(tmp_path / "own")


def test_accounts_are_in_usd_with_goods_and_elasticities(folder):
    c = OwnAccounts.of(folder).calibration()
    flows = pd.read_csv(folder / "flows.csv")
    assert c.sales.sum() == pytest.approx(1e6 * flows["value"].sum(), rel=1e-9)
    assert c.trade_usd.sum() == pytest.approx(c.sales.sum(), rel=1e-9)
    assert c.economies == ECONOMIES
    np.testing.assert_array_equal(c.goods, [True, True, False])
    np.testing.assert_allclose(c.theta, 4.55)


def test_content_not_path_tells_accounts_apart(folder, tmp_path):
    one = OwnAccounts.of(folder)
    copy = shutil.copytree(folder, tmp_path / "copy")
    assert OwnAccounts.of(copy).digest == one.digest
    (copy / "notes.txt").write_text("not read")
    assert OwnAccounts.of(copy).digest == one.digest
    about = json.loads((copy / "about.json").read_text())
    (copy / "about.json").write_text(json.dumps(about | {"unit_usd": 1000}))
    assert OwnAccounts.of(copy).digest != one.digest
    shutil.copy(folder / "about.json", copy)
    with (copy / "flows.csv").open("a") as handle:
        handle.write("\n")
    assert OwnAccounts.of(copy).digest != one.digest


def test_changed_accounts_are_read_again(folder):
    old = OwnAccounts.of(folder).calibration()
    folder_of(folder, seed=2)
    assert not np.allclose(OwnAccounts.of(folder).calibration().sales, old.sales)


def test_elasticities_and_their_range(folder):
    table = pd.read_csv(folder / "elasticities.csv")
    table["theta"] = [3.0, 9.1, 1.2]
    table.to_csv(folder / "elasticities.csv", index=False)
    own = OwnAccounts.of(folder)
    industries = evidence.load("icio_industries").set_index("industry")
    codes = list(SECTORS)
    np.testing.assert_allclose(own.calibration().theta, [3.0, 9.1, 1.2])
    sectoral = industries.loc[codes, "theta_caliendo_parro"]
    np.testing.assert_allclose(own.calibration("caliendo_parro_sectoral").theta, sectoral)
    at = industries.index.get_indexer(pd.Index(codes))
    ranges = theta_range("uniform")
    for level in ("low", "high"):
        wanted = np.maximum(np.array([3.0, 9.1, 1.2]) * ranges[level][at] / 4.55, 1.0)
        np.testing.assert_allclose(own.calibration(theta=level).theta, wanted)
    assert own.calibration(theta="low").theta[2] == 1.0
    assert own.sets == ("uniform", "caliendo_parro_sectoral")
    table["theta"] = sectoral.to_numpy()
    table.to_csv(folder / "elasticities.csv", index=False)
    assert OwnAccounts.of(folder).sets == ("uniform",)
    with pytest.raises(InputError, match="theta 'lowest'"):
        own.calibration(theta="lowest")
    with pytest.raises(InputError, match="elasticity set 'mine'"):
        own.calibration("mine")


@pytest.mark.parametrize(
    ("economies", "sectors", "said"),
    [
        (("CHN", "KAS", "ROW"), SECTORS, "'KAS' in flows: no ISO 3166 alpha-3 code"),
        (("China", "KAZ", "World"), SECTORS, "'China', 'World' in flows"),
        (ECONOMIES, ("A01", "Cars", "F"), "'Cars' in elasticities: no ICIO industry"),
        (("CHN", "ROW"), SECTORS, "at least two economies"),
    ],
)
def test_labels_must_be_known(tmp_path, economies, sectors, said):
    folder = folder_of(tmp_path / "own", economies, sectors)
    with pytest.raises(InputError, match=said) as caught:
        OwnAccounts.of(folder).calibration()
    assert "\n" not in str(caught.value)


def test_money_in_an_unknown_unit_is_refused(tmp_path):
    folder = folder_of(tmp_path / "own", unit=None)
    with pytest.raises(InputError, match=r'no world; say the unit .*"unit_usd": 1000000'):
        OwnAccounts.of(folder).calibration()
    for wrong, said in (('"1e6"', "above zero"), ("-1", "above zero"), ("true", "above zero")):
        (folder / "about.json").write_text(f'{{"unit_usd": {wrong}}}')
        with pytest.raises(InputError, match=said):
            OwnAccounts.of(folder).calibration()
    for wrong, said in (("[1]", "no JSON object"), ("{", "cannot be read")):
        (folder / "about.json").write_text(wrong)
        with pytest.raises(InputError, match=said):
            OwnAccounts.of(folder).calibration()


def test_folders_that_are_none(tmp_path):
    with pytest.raises(InputError, match="is no folder"):
        OwnAccounts.of(tmp_path / "none")
    with pytest.raises(InputError, match="holds no table"):
        OwnAccounts.of(tmp_path)


def test_paths_of_a_scenario_are_relative_to_its_file():
    data = {
        "parameters": {"trade_data": "own"},
        "overrides": {"other": {"parameters": {"trade_data": "../theirs"}}, "x": {"name": "y"}},
    }
    found = beside(Path("scenarios"), data)
    assert Path(found["parameters"]["trade_data"]) == Path("scenarios/own")
    assert Path(found["overrides"]["other"]["parameters"]["trade_data"]) == Path(
        "scenarios/../theirs"
    )
    for odd in ({}, {"parameters": 1}, {"overrides": 3}, {"parameters": {"trade_data": 5}}):
        assert beside(Path("a"), dict(odd)) == odd


def test_the_record_holds_content_and_no_path(folder):
    def scenario(where):
        return SimpleNamespace(
            parameters=SimpleNamespace(trade_data=where),
            model_dump=lambda mode: {"parameters": {"trade_data": where}},
        )

    assert own_accounts(scenario(None)) is None
    assert recorded(scenario(None))["parameters"]["trade_data"] is None
    told = recorded(scenario(str(folder)))["parameters"]["trade_data"]
    assert told["digest"] == OwnAccounts.of(folder).digest
    assert told["economies"] == 3
    assert told["year"] == 2022
    assert str(folder.parent) not in json.dumps(told)
