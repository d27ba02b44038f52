"""``beltroad risk flags``, ``screen`` and ``owners``."""

from __future__ import annotations

import json

from command_line import run_beltroad


def test_flags(tmp_path, monkeypatch, capsys):
    path = tmp_path / "a.jsonl"
    late = {"ocid": "=F", "tender": {"tenderPeriod": {"startDate": "2020-01-01",
            "endDate": "2020-01-03"}}}  # fmt: skip
    path.write_text(json.dumps(late), "utf-8")
    out = tmp_path / "out"
    code, said, _ = run_beltroad(monkeypatch, capsys, "risk", "flags", str(path), "--out", str(out))
    assert code == 0
    assert "R003 process =F: 2, limit 15" in said
    assert "not a verdict" in said
    assert "'=F" in (out / "flags.csv").read_text("utf-8")
    path.write_text(json.dumps(late) + "\n{", "utf-8")
    late_out = tmp_path / "none"
    code, _, wrong = run_beltroad(
        monkeypatch, capsys, "risk", "flags", str(path), "--out", str(late_out)
    )
    assert code == 2
    assert "line 2" in wrong
    assert not late_out.exists()
    code, said, _ = run_beltroad(monkeypatch, capsys, "risk", "flags", "--list", "--json")
    assert len(json.loads(said)) == 11


def test_screen(tmp_path, monkeypatch, capsys):
    names, listed = tmp_path / "n.csv", tmp_path / "l.csv"
    names.write_text("name\nIwan Petrow\nNobody Else\n", "utf-8")
    listed.write_text("id,name,kind,date\n7,Ivan Petrov,person,2026-01-01\n", "utf-8")
    run = ("risk", "screen", str(names), "--list", f"{listed}:csv")
    code, said, _ = run_beltroad(monkeypatch, capsys, *run)
    assert code == 0
    assert "Iwan Petrow ~ Ivan Petrov: l.csv of 2026-01-01, 7, person" in said
    assert "not a verdict" in said
    code, said, _ = run_beltroad(monkeypatch, capsys, *run, "--json")
    assert [each["entry_id"] for each in json.loads(said)["leads"]] == ["7"]
    code, _, wrong = run_beltroad(monkeypatch, capsys, "risk", "screen", str(names), "--list",
                                  f"{listed}:cvs")  # fmt: skip
    assert code == 2
    assert "Did you mean 'csv'" in wrong


def test_owners(tmp_path, monkeypatch, capsys):
    path, tenders = tmp_path / "o.csv", tmp_path / "t.csv"
    path.write_text("owner,owned,share_pct\nann,A,60\nann,B,50\n", "utf-8")
    tenders.write_text("tender,bidder\nt,A\nt,B\n", "utf-8")
    code, said, _ = run_beltroad(monkeypatch, capsys, "risk", "owners", str(path), "--listed",
                                 "ann", "--bidders", str(tenders))  # fmt: skip
    assert code == 0
    for line in ("A: ann 60.0 %", "ann controls A", "B: 50.0 % held by", "t: A and B, owner"):
        assert line in said
