"""A scenario from the form through the queue to its result, with the real engine, once."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from beltroad.app.jobs import results, worker
from beltroad.appraisal import run

API = "/api/v1"


@pytest.mark.usefixtures("placed_once")
def test_no_change_is_run_once_and_shows_zeros(
    client: Any, settings: Any, local_database: Any, shared_cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # Intermediate results and values of links as in the tests of the economics.
    (settings.home / "cache").symlink_to(shared_cache)
    monkeypatch.setattr(run, "worth_table", lambda *_: None)
    # Report and workbook have tests of their own.
    monkeypatch.setattr("beltroad.appraisal.report.workbook", lambda _: b"a workbook")
    monkeypatch.setattr("beltroad.appraisal.report.html_report", lambda a: f"<p>{a.scenario.name}")
    page = client.get("/scenarios/new?from=starter:unchanged&lang=en").text
    csrf = re.search(r'name="csrf" content="([^"]*)"', page)
    assert csrf
    form = {"csrf": csrf.group(1), "mode": "form", "name": "Nothing changes",
            "states.before": "today", "projects.include": "none", "sensitivity": "no",
            **{f"{part}.assess": "no" for part in ("debt", "people", "risk", "green")}}  # fmt: skip
    asked = client.post("/scenarios/new", data={**form, "action": "run"}, follow_redirects=False)
    assert asked.status_code == 303
    waiting = client.get(asked.headers["location"]).text
    assert "What it will take" in waiting
    assert worker.run_pending(local_database, settings) == 1
    done = client.get(asked.headers["location"], follow_redirects=False)
    assert done.status_code == 303, client.get(asked.headers["location"]).text[-3000:]
    question = done.headers["location"].rsplit("/", 1)[1]
    found = results.read(settings, local_database, question)
    countries = pd.read_csv(found.path("countries.csv"))
    for name in ("real_income_change_pct", "net_gain_usd", "shipment_time_change_pct",
                 "exports_change_pct", "project_cost_usd"):  # fmt: skip
        limit = 1.0 if name.endswith("_usd") else 1e-9  # rounding of the solver, of 1e14 USD
        assert countries[name].abs().max() < limit, name
    for figure in found.summary["figures"]:
        assert figure["value"] == 0, figure["id"]
    assert (found.summary["gaining"], found.summary["losing"]) == (0, 0)
    shown = client.get(f"/appraisals/{question}").text
    assert "Nothing changes" in shown
    report = client.get(f"{API}/results/{question}/files/report.html")
    assert "Nothing changes" in report.text
    parquet = client.get(f"{API}/results/{question}/files/countries.parquet").content
    assert parquet[:4] == b"PAR1"
    names = {f.name for f in found.files}
    assert {"report.xlsx", "run.json", "pairs.parquet", "scenario.toml", "charts.json"} <= names
    # Asked again, whoever asks: no new work.
    again = client.post("/scenarios/new", data={**form, "action": "run"}, follow_redirects=False)
    assert client.get(again.headers["location"], follow_redirects=False).headers[
        "location"
    ] == f"/appraisals/{question}"  # fmt: skip
    assert worker.run_pending(local_database, settings) == 0
    head = {"X-CSRF-Token": csrf.group(1)}
    by_api = client.post(f"{API}/scenarios/run", headers=head,
                         json={"scenario": found.summary["scenario"]}).json()  # fmt: skip
    assert (by_api["state"], by_api["result"]) == ("done", question)
    table = client.get(f"{API}/appraisals/{question}/tables/countries?per_page=5").json()
    assert table["total"] == len(pd.read_csv(io.BytesIO(found.path("countries.csv").read_bytes())))


def test_a_draft_is_kept_changed_and_guarded(client: Any) -> None:
    page = client.get("/scenarios/new?lang=en").text
    csrf = re.search(r'name="csrf" content="([^"]*)"', page)
    assert csrf
    form = {"csrf": csrf.group(1), "mode": "form", "name": "Half the wait",
            "projects.include": "chosen", "projects.chosen": ["KUN-VTE"],
            "reforms.0.name": "Laos", "reforms.0.countries": "Lao People's Democratic Republic",
            "reforms.0.wait_factor": "50"}  # fmt: skip
    kept = client.post("/scenarios/new", data={**form, "action": "save"}, follow_redirects=False)
    where = kept.headers["location"]
    text = client.get(f"{where}/scenario.toml")
    assert 'countries = ["LAO"]' in text.text
    assert "wait_factor = 0.5" in text.text
    assert f"from=saved:{where.rsplit('/', 1)[1]}" in client.get("/scenarios").text
    whole = client.get(f"{API}{where}").json()
    assert (whole["state"], whole["scenario"]["projects"]) == ("draft", {"include": ["KUN-VTE"]})
    # A change on an old revision is refused; faults never overwrite what is kept.
    seen = {**form, "expected": str(whole["revision"]), "name": "A third of the wait"}
    assert client.post(where, data={**seen, "action": "save"}, follow_redirects=False).is_redirect
    late = client.post(where, data={**seen, "name": "Late", "action": "save"})
    assert late.status_code == 409
    bad = client.post(where, data={**seen, "action": "save", "parameters.discount_rate": "99"})
    assert bad.status_code == 422
    assert "out of range" in bad.text
    assert client.get(f"{API}{where}").json()["name"] == "A third of the wait"
    # As text, edited, and back: the same scenario.
    shown = client.post(where, data={**form, "action": "text"}).text
    assert "reforms" in shown
    wrong = client.post(where, data={"csrf": csrf.group(1), "mode": "text", "action": "look",
                                     "text": 'name = "x"\nfoo = 1\n'})  # fmt: skip
    assert "Line 2" in wrong.text
    file = {"file": ("a.toml", b'name = "x"\nseed = "many"\n')}
    up = client.post("/scenarios/upload", data={"csrf": csrf.group(1)}, files=file)
    assert up.status_code == 422
    assert "Line 2" in up.text
