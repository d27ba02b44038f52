from __future__ import annotations

import copy
from pathlib import Path

import pytest
from test_project_flows import BASE

from beltroad.errors import InputError, ScenarioError
from beltroad.finance.project import export, plan_file
from beltroad.finance.project.result import assess_all

EXAMPLES = sorted((Path(__file__).parents[2] / "examples" / "finance").glob("*.toml"))


def test_every_fault_is_listed_with_its_key():
    raw = copy.deepcopy(BASE)
    project = raw["projects"][0]
    project["layers"][0] |= {"interest_pct": 0.03, "maturity": 20, "amortisation": "anuity"}
    project["layers"][1]["share_pct"] = 0.4
    project["operation"]["start_year"] = "soon"
    project["capital"]["by_year_mn"]["2020"] = -5
    raw["discount_rate_pct"] = 0.08
    with pytest.raises(ScenarioError) as caught:
        plan_file.parse(raw, source="plan.toml")
    said = str(caught.value)
    assert len(caught.value.faults) == 7
    for word in (
        "projects[0].layers[0].interest_pct: 0.03 per cent looks like a fraction. Write 3 for 3 %",
        "Did you mean 'maturity_years'",
        "Did you mean 'annuity'",
        "layers[1].share_pct: 0.4 per cent looks like a fraction",
        "operation.start_year",
        "capital.by_year_mn.2020: -5 is out of range",
        "discount_rate_pct: 0.08",
    ):
        assert word in said


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda p: p["layers"][1].update(share_pct=30), "add up to 90"),
        (lambda p: p["layers"][0].update(share_pct=0.6), None),
        (lambda p: p["layers"][0].update(grace_years=1), "grace period of at least 2 years"),
        (lambda p: p["layers"][0].update(currency="CNY"), "no exchange rate of CNY"),
        (lambda p: p["layers"][0].update(currency="RMB"), "Write CNY"),
        (lambda p: p.update(host="KE"), "Write KEN"),
        (lambda p: p["capital"].update(by_year_mn={"2020": "300"}), "without quotes"),
        (lambda p: p["layers"][0].update(upfront_fee_pct=0.01), "looks like a fraction"),
        (lambda p: p["operation"]["revenue"][0].update(ramp_up_pct=[0.3, 0.8]), "like fractions"),
        (lambda p: p["capital"].update(overrun_low_pct=-0.1, overrun_high_pct=0.3), "fractions"),
        (lambda p: p.update(integrated={"party": "X", "layers": ["loan"]}), "is no equity"),
        (lambda p: p["layers"][1].update(interest_pct=3), "only loans and bonds"),
        (lambda p: p["operation"].update(start_year=2020), "must be after the first year"),
        (lambda p: p.update(overrun_met_by="nobody"), "no layer of this project"),
        (lambda p: p["layers"][0].update(name="own"), "two layers are called"),
        (lambda p: p["layers"][0].update(name="=1+1"), "begins like a formula"),
        (lambda p: p.update(exit={"year": 2060, "stake_pct": 30, "yield_pct": 6}), "exit.year"),
        (lambda p: p["layers"][0].update(
            refinance={"year": 2021, "interest_pct": 2, "maturity_years": 9}), "refinance.year"),
        (lambda p: p["layers"][0].pop("maturity_years"), "maturity_years is missing"),
        (lambda p: p["layers"][0].update(amortisation="sculpted", refinance={
            "year": 2027, "interest_pct": 2, "maturity_years": 9}), "cannot be refinanced"),
        (lambda p: p["capital"].update(total_mn=5), "either by_year_mn or total_mn"),
        (lambda p: p["layers"][0].update(target_dscr=1.3), "sculpted"),
        (lambda p: p["layers"][0].update(reference_pct=3), "either interest_pct or reference_pct"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(change, word):
    raw = copy.deepcopy(BASE)
    change(raw["projects"][0])
    with pytest.raises(ScenarioError, match=word):
        plan_file.parse(raw)


def test_amounts_beyond_the_need_are_refused():
    raw = copy.deepcopy(BASE)
    layers = raw["projects"][0]["layers"]
    del layers[0]["share_pct"]
    layers[0]["amount_mn"] = 5000
    layers[1]["share_pct"] = 100
    with pytest.raises(InputError, match="exceed the need"):
        assess_all([plan_file.parse(raw)])


def test_files_that_are_no_plans(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        plan_file.read(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("title = ")
    with pytest.raises(InputError, match="not valid TOML"):
        plan_file.read(tmp_path / "bad.toml")
    (tmp_path / "empty.toml").write_text("title = 'x'\n")
    with pytest.raises(ScenarioError, match="projects: is missing"):
        plan_file.read(tmp_path / "empty.toml")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="holds 0 plans"):
        plan_file.read_all(tmp_path / "folder")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_examples_run_and_balance(path):
    plan = plan_file.read(path).model_copy(update={"draws": 100})
    found = assess_all([plan])
    for each in found.projects:
        assert each.cash["gap_mn"].abs().max() < 1e-9 * each.cash["uses_mn"].max()
    if path.stem == "port-bot":
        assert export.workbook(found) == export.workbook(found)


def test_the_kenyan_railway_has_the_recorded_terms():
    path = next(p for p in EXAMPLES if p.stem == "railway-kenya")
    plan = plan_file.read(path).model_copy(update={"draws": 100})
    result = assess_all([plan]).projects[0]
    layers = result.layers.set_index("layer")
    assert layers.loc["preferential credit", "imf_pct"] == pytest.approx(29.19, abs=0.005)
    assert layers.loc["buyer's credit", "imf_pct"] == 0
    assert result.exposure["public_debt_usd_mn"].max() == pytest.approx(3603.584)
    # Revenue of three years 25, cost 47 billion shillings: the state pays most of the service.
    assert result.value("dscr_min") < 0
    assert result.value("support_total_mn") > 0.9 * result.flows.service[0].sum()
