"""Red flags: Cardinal's documented examples rebuilt (cardinal.readthedocs.io, pages R/003 ff.)."""

from __future__ import annotations

import json

import pytest

from beltroad.errors import InputError
from beltroad.risk.integrity.flags import (
    FLAGS,
    Settings,
    catalogue,
    count_fields,
    flag_file,
    flag_releases,
    read_settings,
)
from beltroad.risk.integrity.flags.population import quartiles


def bid(who, amount=None, status="valid", **more):
    out = {"status": status, "tenderers": [{"id": who}], **more}
    return out if amount is None else {**out, "value": {"amount": amount, "currency": "USD"}}


def process(ocid, bids=(), winner=None, **more):
    out = {"ocid": ocid, "bids": {"details": list(bids)}, **more}
    if winner:
        out["awards"] = [{"status": "active", "suppliers": [{"id": winner}]}]
    return out


def raised(releases, flag, **settings):
    table = flag_releases(releases, Settings(**settings)).flags
    rows = table[table["flag"] == flag]
    return {(row.level, row.id): row.value for row in rows.itertuples()}


def period(start, end, ocid="F", **more):
    return {"ocid": ocid, "tender": {"tenderPeriod": {"startDate": start, "endDate": end}, **more}}


def gaps(*pairs):
    return [process(o, [bid("W", low), bid("L", high)], "W") for o, low, high in pairs]


def test_short_period():
    release = period("2020-08-03T18:00:00-05:00", "2020-08-04T18:00:00-05:00")
    assert raised([release], "R003") == {("process", "F"): 1.0}
    fine = period("2020-08-03", "2020-08-18")
    assert raised([fine], "R003") == {}
    almost = period("2020-08-03T18:00:00Z", "2020-08-18T17:59:59Z")
    assert raised([almost], "R003") == {("process", "F"): 14.0}
    own = {"r003": {"minimum_days_by_procedure": {"emergency": 3}}}
    short = period("2020-08-03", "2020-08-08", procurementMethodDetails="emergency")
    assert raised([short], "R003", **own) == {}
    turned = flag_releases([period("2020-08-08", "2020-08-03")])
    assert turned.flags.empty
    assert list(turned.faults["fault"]) == ["end before start"]


def test_single_bid():
    def one(method, n=1):
        return {"ocid": method, "tender": {"numberOfTenderers": n, "procurementMethod": method}}

    found = raised([one("open"), one("selective"), one("limited"), one("direct")], "R018")
    assert set(found) == {("process", "open"), ("process", "selective")}
    assert raised([one("open", 2)], "R018") == {}
    counted = process("c", [bid("A"), bid("A"), bid("B", status="withdrawn")],
                      tender={"procurementMethod": "open"})  # fmt: skip
    assert raised([counted], "R018") == {}
    assert raised([counted], "R018", r018={"count_from_bids": True}) == {("process", "c"): 1.0}


def test_price_close_to_winner():
    releases = gaps(("F", 1, 2), *((str(n), 1, 100) for n in range(1, 5)))
    found = flag_releases(releases)
    fence = found.fences.set_index("flag").loc["R024"]
    # Type 8 quartiles of 1, 99, 99, 99, 99: 66.33 and 99.
    assert (fence.q1, fence.q3) == (pytest.approx(1 + 98 * 2 / 3), 99.0)
    assert fence.limit == pytest.approx(fence.q1 - 1.5 * (99 - fence.q1))
    assert raised(releases, "R024") == {
        ("process", "F"): 1.0, ("tenderer", "W"): 1.0, ("tenderer", "L"): 1.0,
    }  # fmt: skip
    evidence = json.loads(found.flags.iloc[0]["evidence"])
    assert evidence["winner"]["amount"] == 1
    assert evidence["second_lowest"]["tenderer"] == "L"


def test_documented_fence():
    # "q1": 66.6667, "q3": 100.0, "lower_fence": 16.6667 in the documentation.
    q1, q3 = quartiles([0, 100, 100, 100, 100])
    assert (round(q1, 4), q3, round(q1 - 1.5 * (q3 - q1), 4)) == (66.6667, 100.0, 16.6667)


@pytest.mark.parametrize(
    "change",
    [
        {"awards": [{"status": "active", "suppliers": [{"id": "W"}]}, {"status": "pending"}]},
        {"awards": [{"status": "active", "suppliers": [{"id": "W"}, {"id": "X"}]}]},
        {"awards": [{"status": "active", "suppliers": [{"id": "L"}]}]},  # not the lowest bid
        {"tender": {"status": "cancelled"}},
        {"tender": {"procurementMethodDetails": "draw"}},
    ],
)
def test_not_compared(change):
    base = gaps(*((str(n), 1, 100) for n in range(1, 5)))
    odd = {**gaps(("F", 1, 2))[0], **change}
    found = flag_releases([*base, odd], Settings(no_price_procedures=("draw",)))
    assert found.fences.set_index("flag").loc["R024", "compared"] == 4
    assert "F" not in set(found.flags.loc[found.flags["flag"] == "R024", "id"])


def test_frequent_loser():
    releases = [process("0", [bid("F")], "F")]
    releases += [process(str(n), [bid("F"), bid(str(n))], str(n)) for n in range(1, 6)]
    assert raised(releases, "R025") == {("tenderer", "F"): pytest.approx(1 / 6)}


def test_identical_prices():
    same = process("F", [bid("V", 1), bid("D", 1, "disqualified")])
    assert set(raised([same], "R028")) == {("process", "F"), ("tenderer", "D"), ("tenderer", "V")}
    other = bid("D", 1)
    other["value"] = {"amount": 1, "currency": "CAD"}
    assert raised([process("F", [bid("V", 1), other])], "R028") == {}
    assert raised([process("F", [bid("T", 1), bid("T", 1)])], "R028") == {}


def test_late_bid_won():
    def late(date, end="2000-03-15T00:00:00Z", winner="W"):
        return process("F", [bid("W", date=date)], winner,
                       tender={"tenderPeriod": {"endDate": end}})  # fmt: skip

    hours = 17 * 24.0
    assert raised([late("2000-04-01T00:00:00Z")], "R030") == {
        ("process", "F"): hours, ("tenderer", "W"): hours,
    }  # fmt: skip
    assert raised([late("2000-04-01T00:00:00Z", winner="L")], "R030") == {}
    # Compared as times, not as texts; a deadline that is a day lasts to its end.
    assert raised([late("2000-03-15T01:00:00+02:00")], "R030") == {}
    assert raised([late("2000-03-15T18:00:00Z", end="2000-03-15")], "R030") == {}


def test_all_others_disqualified():
    bids = [bid("D", status="disqualified"), bid("V")]
    assert raised([process("F", bids, "V")], "R035") == {
        ("process", "F"): 1.0, ("tenderer", "V"): 1.0,
    }  # fmt: skip
    assert raised([process("F", bids, "V")], "R035", r035={"minimum_tenderers": 2}) == {}
    assert raised([process("F", [*bids, bid("W")], "V")], "R035") == {}
    assert raised([process("F", bids, "S")], "R035") == {}


def test_lowest_disqualified():
    release = process("F", [bid("A", 1, "disqualified"), bid("B", 2)], "B")
    assert raised([release], "R036") == {("process", "F"): 1.0}
    dearer = process("F", [bid("A", 3, "disqualified"), bid("B", 2)], "B")
    assert raised([dearer], "R036") == {}


def test_many_disqualified():
    first = process("0", [bid("W1"), bid("D", status="disqualified")], buyer={"id": "B"})
    rest = [process(str(n), [bid(f"W{n + 1}")], buyer={"id": str(n)}) for n in range(1, 5)]
    assert raised([first, *rest], "R038") == {("buyer", "B"): 0.5}
    # The rule in the words of the page leaves a buyer with a single process out.
    assert raised([first, *rest], "R038", r038={"minimum_processes": 2}) == {}


def test_many_kinds_of_goods():
    def won(ocid, who, *codes):
        items = [{"classification": {"id": code}} for code in codes]
        award = {"status": "active", "suppliers": [{"id": who}], "items": items}
        return {"ocid": ocid, "awards": [award]}

    releases = [won("F", "F", "10000000", "11000000")]
    releases += [won(str(n), str(n), "10000000") for n in range(1, 5)]
    assert raised(releases, "R048", r048={"minimum_processes": 1}) == {("tenderer", "F"): 2.0}
    assert raised(releases, "R048") == {}


def test_heavy_discount():
    releases = gaps(("F", 1, 100), *((str(n), 1, 2) for n in range(1, 5)))
    assert raised(releases, "R058") == {("process", "F"): 99.0, ("tenderer", "W"): 99.0}


def test_order_does_not_matter():
    releases = gaps(("F", 1, 2), *((str(n), 1, 100) for n in range(1, 5)))
    one, two = flag_releases(releases), flag_releases(releases[::-1])
    assert one.flags.equals(two.flags)


def test_other_currency_is_said():
    odd = process("x", [bid("A", 1), {**bid("B", 1), "value": {"amount": 2, "currency": "EUR"}}])
    found = flag_releases([odd])
    assert found.currency == "USD"
    assert "other currency" in set(found.faults["fault"])


def test_fields_and_computable():
    found = flag_releases([period("2020-01-01", "2020-03-01"), {"ocid": "b"}, {"tender": {}}])
    table = found.computable.set_index("flag")
    assert found.processes == 2
    assert table.loc["R003", "computable_pct"] == 50.0
    assert table.loc["R058", "computable"] == 0
    assert "bids/details/value" in table.loc["R058", "missing_most"]
    assert "no ocid" in set(found.faults["fault"])


def test_documented_field_counts():
    phones = [{"type": "home", "number": "212 555-1234"}, {"type": "office", "number": "646"}]
    assert count_fields([{"phoneNumbers": phones, "none": {"a": [], "b": None}}]) == {
        "/phoneNumbers[]/type": 2, "/phoneNumbers[]/number": 2, "/phoneNumbers[]/": 2,
        "/phoneNumbers[]": 2, "/phoneNumbers": 1, "/": 1, "": 1,
    }  # fmt: skip


def test_packages_records_and_lines(tmp_path):
    release = period("2020-08-03", "2020-08-04")
    forms = {
        "lines.jsonl": json.dumps(release) + "\n\n" + json.dumps({**release, "ocid": "G"}),
        "one.json": json.dumps(release, indent=1),
        "list.json": json.dumps([release], indent=1),
        "package.json": json.dumps({"releases": [release]}, indent=1),
        "records.json": json.dumps({"records": [{"ocid": "F", "compiledRelease": release}]}),
        "bom.jsonl": "\ufeff" + json.dumps(release),
    }
    for name, text in forms.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        found = flag_file(tmp_path / name).flags
        assert ("R003", "F") in set(zip(found["flag"], found["id"], strict=True)), name


def test_releases_of_one_process(tmp_path):
    path = tmp_path / "two.jsonl"
    first = {"ocid": "F", "date": "2020-01-01", "bids": {"details": [{**bid("A", 1), "id": "1"}]}}
    second = {"ocid": "F", "date": "2020-02-01", "bids": {"details": [
        {**bid("B", 1), "id": "2"}, {"id": "1", "status": "withdrawn"}]}}  # fmt: skip
    path.write_text(json.dumps(second) + "\n" + json.dumps(first), encoding="utf-8")
    with pytest.raises(InputError, match=r"line 2: process 'F' is there already \(line 1\)"):
        flag_file(path)
    # The withdrawn bid no longer has the same price as another.
    assert flag_file(path, merge=True).flags.empty


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"ocid":"a"}\n{"ocid":\n', "line 2, column"),
        ('{"ocid":"a"}\n[1]\n', "line 2: is a list"),
        ('{"ocid":"a"}\n{"name":"x"}\n', "line 2: neither a release nor a record"),
        ('{"ocid":"a","x":NaN}\n', "NaN is no JSON number"),
        ("", "is empty"),
        ("ocid,title\n", "not valid JSON"),
        ('{"records":[{"ocid":"a"},{"url":"x"}]}', "record 1: neither"),
    ],
)
def test_bad_files(tmp_path, text, said):
    path = tmp_path / "bad.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        flag_file(path)


def test_wrong_types_count_as_missing():
    release = {"ocid": "x", "tender": "no", "bids": {"details": [7, {"tenderers": {"id": 1},
               "value": {"amount": True}}]}, "awards": {"a": 1}, "parties": [None]}  # fmt: skip
    assert flag_releases([release]).flags.empty


def test_settings_name_all_faults(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text("curency = 'USD'\n[r003]\nminimum_days = -1\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"(?s)2 faults.*r003.minimum_days.*currency"):
        read_settings(path)
    path.write_text("[r003]\nminimum_days = 10\n", encoding="utf-8")
    assert read_settings(path).r003.minimum_days == 10


def test_catalogue_is_complete():
    table = catalogue()
    assert list(table["flag"]) == sorted(FLAGS)
    assert len(table) == 11
    assert (table[["definition", "could_also_be", "fields", "source"]] != "").all().all()


def test_processes_that_are_no_text_are_told_and_half_characters_replaced(tmp_path):
    path = tmp_path / "o.jsonl"
    path.write_text('{"ocid":["a"],"tender":{}}\n{"ocid":{"a":1},"tender":{}}\n'
                    '{"ocid":"\\ud800","tender":{}}\n')  # fmt: skip
    found = flag_file(path, merge=True)
    assert found.faults.set_index("fault")["processes"]["no ocid"] == 2
    assert found.processes == 1
