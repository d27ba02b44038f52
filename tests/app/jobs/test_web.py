"""Jobs and results over HTTP: the API, and the pages without script."""

from __future__ import annotations

import job_samples
import pytest
import sqlalchemy as sa

from beltroad.app.database.models import JobRow, ResultRow


@pytest.fixture
def web(app, client):
    app.state.kinds = job_samples.KINDS
    return client


def test_a_job_from_question_to_file(web, local_desk):
    kinds = web.get("/api/v1/jobs/kinds").json()
    assert {k["name"] for k in kinds} == set(job_samples.KINDS)
    asked = {"kind": "quick-sum", "request": {"number": 4}}
    made = web.post("/api/v1/jobs", json=asked)
    assert made.status_code == 202
    place = made.headers["Location"]
    assert web.get(place).json()["before"] == 0
    page = web.get(f"/jobs/{made.json()['id']}")
    assert 'data-job="' in page.text
    assert "Cancel" in page.text
    local_desk.run()
    job = web.get(place).json()
    assert (job["state"], job["fraction"]) == ("done", 1.0)
    log = web.get(f"{place}/log").json()
    assert [line["text"] for line in log["items"]][-1] == "done"
    assert web.get(f"{place}/log?after={log['last']}").json()["items"] == []
    assert web.post("/api/v1/jobs", json=asked).status_code == 200
    assert web.post(f"{place}/cancel").status_code == 409
    listed = web.get("/api/v1/jobs?mine=true&state=done&per_page=1")
    assert (listed.json()["total"], listed.json()["pages"]) == (1, 1)
    assert 'rel="first"' in listed.headers["Link"]

    result = web.get(f"/api/v1/results/{job['result']}")
    assert result.json()["answer"]["figures"][0]["value"] == 10
    tag = {"If-None-Match": result.headers["ETag"]}
    assert web.get(f"/api/v1/results/{job['result']}", headers=tag).status_code == 304
    files = {f["name"]: f["href"] for f in result.json()["files"]}
    report, table = web.get(files["report.html"]), web.get(files["table.csv"])
    assert report.headers["Content-Security-Policy"].startswith("sandbox")
    assert "allow-same-origin" not in report.headers["Content-Security-Policy"]
    assert report.headers["Content-Disposition"].startswith("inline")
    assert table.headers["Content-Disposition"] == 'attachment; filename="table.csv"'
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "immutable" in table.headers["Cache-Control"]
    tag = {"If-None-Match": table.headers["ETag"]}
    assert web.get(files["table.csv"], headers=tag).status_code == 304
    base = f"/api/v1/results/{job['result']}/files"
    for name in ("_answer.json", "..%2Fworkspace.sqlite", "%2e%2e", "none.csv"):
        assert web.get(f"{base}/{name}").status_code in (404, 422)

    shown = web.get(f"/results/{job['result']}").text
    assert "Sum to 4" in shown
    assert "1 + 2 + ... + n" in shown
    # A kind with a page of its own is shown there.
    assert f'href="/results/{job["result"]}"' in web.get(f"/jobs/{job['id']}").text
    with local_desk.database.session() as session:
        session.execute(sa.update(ResultRow).values(kind="appraisal"))
        session.execute(sa.update(JobRow).values(kind="appraisal"))
    own = web.get(f"/results/{job['result']}", follow_redirects=False)
    assert (own.status_code, own.headers["Location"]) == (303, f"/appraisals/{job['result']}")
    assert web.get(f"/results/{job['result']}?plain=1").status_code == 200
    assert f'href="{own.headers["Location"]}"' in web.get(f"/jobs/{job['id']}").text

    listed = web.get("/jobs?state=").text
    assert '<option value="" selected>All states' in listed
    assert "Sum to 4" in listed
    assert "Sum to 4" not in web.get("/jobs?state=failed").text
    for path in ("/jobs", "/jobs?all=1&state=done", f"/jobs/{job['id']}?lang=zh"):
        assert web.get(path).status_code == 200


def test_a_failed_job_shows_cause_and_next_step_and_can_be_run_again(web, local_desk):
    asked = {"kind": "quick-sum", "request": {"number": 4, "trouble": "input"}}
    made = web.post("/api/v1/jobs", json=asked).json()["id"]
    local_desk.run()
    page = web.get(f"/jobs/{made}").text
    assert "number 13 cannot be used; choose another" in page
    assert "Change the request" in page
    assert "请按提示修改请求" in web.get(f"/jobs/{made}?lang=zh").text
    again = web.post(f"/jobs/{made}/again", follow_redirects=False)
    assert again.status_code == 303
    place = again.headers["Location"]
    assert place != f"/jobs/{made}"
    assert web.post(f"{place}/cancel", follow_redirects=False).status_code == 303
    assert "Nothing was written" in web.get(place + "?lang=en").text


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "none", "request": {}}, 422),
        ({"kind": "quick-sum", "request": {"number": "x\x00"}}, 422),
        ({"kind": "quick-sum", "request": {"number": 1, "trouble": "\x00"}}, 202),
        ({"kind": "quick-sum"}, 422),
    ],
)
def test_bad_requests_are_problems(web, body, status):
    answer = web.post("/api/v1/jobs", json=body)
    assert answer.status_code == status
    if status == 422:
        assert answer.headers["Content-Type"] == "application/problem+json"
    for path in ("/api/v1/jobs/zz", "/api/v1/jobs/" + "0" * 16, "/api/v1/results/" + "0" * 64):
        assert web.get(path).status_code in (404, 422)
