"""Names against lists: folding, agreement, formats (made entries in the real forms), leads."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.risk.integrity.screening import (
    MEASURED,
    Entry,
    Subject,
    agreement,
    likeness,
    measured_at,
    name_of,
    nomenklatura,
    read_list,
    read_subjects,
    screen,
)
from beltroad.risk.integrity.screening.index import Index
from beltroad.risk.integrity.screening.names import folded
from beltroad.risk.integrity.screening.similarity import edits, sound


def score(a, b, kind="person"):
    return likeness(name_of(a, kind), name_of(b, kind))


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "abc", 3), ("kitten", "sitting", 3), ("ca", "abc", 3), ("martha", "marhta", 1)],
)
def test_edits(a, b, distance):
    assert edits(a, b) == edits(b, a) == distance
    assert edits(a, b, 1) == min(distance, 2)


def _table(a, b):
    rows = [list(range(len(b) + 1))]
    for i, x in enumerate(a, start=1):
        rows.append([i])
        for j, y in enumerate(b, start=1):
            cost = min(rows[i - 1][j] + 1, rows[i][j - 1] + 1, rows[i - 1][j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, rows[i - 2][j - 2] + 1)
            rows[i].append(cost)
    return rows[-1][-1]


@settings(max_examples=60, deadline=None)
@given(st.text("abc", max_size=9), st.text("abc", max_size=9))
def test_edits_beside_the_plain_table(a, b):
    assert edits(a, b) == _table(a, b)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Łukasz Øyvind Straße", "lukasz oyvind strasse"),
        ("Сергей Щёкин", "sergei shchekin"),
        ("Αλέξης Παπαδόπουλος", "alexis papadopoulos"),
        ("ბარაკ ობამა", "barak obama"),
        ("김정은", "gim jeong eun"),
        ("Al-Qa'ida & Co.", "al qaida and co"),
    ],
)
def test_folding(text, words):
    assert " ".join(folded(text)) == words


def test_spellings_of_one_sound():
    assert sound("sergey") == sound("sergei")
    assert sound("khasan") == sound("hasan")


@pytest.mark.parametrize(
    ("a", "b"),
    [("Petrov Ivan", "Ivan Petrov"), ("Jong-un Kim", "Kim Jongun"), ("Ivan Petrov", "Иван Петров"),
     ("Ivan Petrov", "Ivan Sergeevich Petrov"), ("Ivan Petrof", "Ivan Petrov")],
)  # fmt: skip
def test_same_person(a, b):
    assert score(a, b) >= 0.8


@pytest.mark.parametrize(
    ("a", "b"),
    [("Ivan Petrov", "Ivan Sidorov"), ("Maria Petrova", "Ivan Petrov"),
     ("Ivan Olegovich Petrov", "Ivan Sergeevich Petrov")],
)  # fmt: skip
def test_other_person(a, b):
    assert score(a, b) < 0.7


def test_firms():
    assert score("Northern Mining Limited", "NORTHERN MINING LTD.", "organisation") == 1.0
    assert score("Northern Mining JSC", "АО «Нортерн Майнинг»", "organisation") > 0.8
    series = agreement(name_of("Orient Fund II Ltd", "organisation"),
                       name_of("Orient Fund III Ltd", "organisation"))  # fmt: skip
    assert series.score < 0.7
    assert "numbers differ" in series.against
    forms = agreement(name_of("Orient GmbH", "organisation"), name_of("Orient LLC", "organisation"))
    assert any("legal forms" in each for each in forms.against)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_symmetric_and_bounded(a, b):
    one, two = score(a, b), score(b, a)
    assert one == pytest.approx(two, abs=1e-9)
    assert 0.0 <= one <= 1.0
    assert score(a, a) in (0.0, 1.0)


def _made(rng):
    parts = ["ka", "ro", "mi", "len", "vo", "sa", "dor", "ne", "lin", "fu", "zho", "bek"]
    return " ".join("".join(rng.choices(parts, k=rng.randint(2, 3))).title() for _ in range(3))


def test_index_finds_what_comparing_all_finds():
    rng = random.Random(3)
    names = [name_of(_made(rng), "person") for _ in range(150)]
    index = Index(names)
    total = lost = 0
    for name in names[:30]:
        letters = list(name.text)
        del letters[rng.randrange(1, len(letters))]
        asked = name_of("".join(letters), "person")
        kept = set(index.candidates(asked, 0.7).tolist())
        hits = {i for i, other in enumerate(names) if likeness(asked, other) >= 0.7}
        total += len(hits)
        lost += len(hits - kept)
    assert total >= 30
    assert lost <= 0.03 * total


UN = """<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST dateGenerated="2026-08-01T10:00:00Z"><INDIVIDUALS><INDIVIDUAL>
<DATAID>1</DATAID><FIRST_NAME>IVO</FIRST_NAME><SECOND_NAME>TESTOV</SECOND_NAME>
<UN_LIST_TYPE>Test</UN_LIST_TYPE><REFERENCE_NUMBER>TEi.001</REFERENCE_NUMBER>
<NATIONALITY><VALUE>Kazakhstan</VALUE></NATIONALITY>
<INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Iwo Testoff</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>The Tester</ALIAS_NAME></INDIVIDUAL_ALIAS>
<INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>EXACT</TYPE_OF_DATE><YEAR>1960</YEAR>
</INDIVIDUAL_DATE_OF_BIRTH></INDIVIDUAL></INDIVIDUALS><ENTITIES><ENTITY><DATAID>2</DATAID>
<FIRST_NAME>MADE UP TRADING</FIRST_NAME><REFERENCE_NUMBER>TEe.002</REFERENCE_NUMBER>
<ENTITY_ADDRESS><COUNTRY>Mongolia</COUNTRY></ENTITY_ADDRESS></ENTITY></ENTITIES>
</CONSOLIDATED_LIST>"""
EU = """<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2026-08-05T16:47:04">
<sanctionEntity euReferenceNumber="EU.0.1" logicalId="9"><regulation programme="TST"/>
<subjectType code="person" classificationCode="P"/>
<nameAlias wholeName="Ivo Testov" strong="true"/><nameAlias wholeName="Testy" strong="false"/>
<birthdate birthdate="1960-02-03"/><citizenship countryIso2Code="KZ"/></sanctionEntity></export>"""
EU_CSV = (
    "fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_SubjectType;"
    "NameAlias_WholeName;BirthDate_Year;Citizenship_CountryIso2Code\n"
    "05/08/2026;9;EU.0.1;P;Ivo Testov;;\n05/08/2026;9;EU.0.1;P;;1960;KZ\n"
    "05/08/2026;10;EU.0.2;E;Made Up Trading;;\n"
)
SDN = (
    '36,"TESTOV, Ivo","individual","TST","Director",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,'
    "\"DOB 03 Feb 1960; nationality Kazakhstan; a.k.a. 'TESTY'.\"\n"
    '37,"MADE UP TRADING",-0- ,"TST",-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- ,-0- \n\x1a\n'
)
SDN_XML = """<sdnList xmlns="http://tempuri.org/sdnList.xsd"><publshInformation>
<Publish_Date>08/05/2026</Publish_Date></publshInformation><sdnEntry><uid>36</uid>
<firstName>Ivo</firstName><lastName>TESTOV</lastName><sdnType>Individual</sdnType>
<programList><program>TST</program></programList><akaList><aka><category>weak</category>
<lastName>TESTY</lastName></aka></akaList><nationalityList><nationality>
<country>Kazakhstan</country></nationality></nationalityList><dateOfBirthList><dateOfBirthItem>
<dateOfBirth>03 Feb 1960</dateOfBirth></dateOfBirthItem></dateOfBirthList></sdnEntry></sdnList>"""
FTM = json.dumps({"id": "Q1", "schema": "Person", "datasets": ["made"], "properties": {
    "name": ["Ivo Testov"], "weakAlias": ["Testy"], "birthDate": ["1960-02-03"],
    "nationality": ["kz"]}}) + "\n" + json.dumps(
    {"id": "S1", "schema": "Sanction", "properties": {}})  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "dated", "key"),
    [("un.xml", UN, "2026-08-01", "TEi.001"), ("eu.xml", EU, "2026-08-05", "EU.0.1"),
     ("eu.csv", EU_CSV, "2026-08-05", "EU.0.1"), ("sdn.csv", SDN, "", "36"),
     ("sdn.xml", SDN_XML, "2026-08-05", "36"), ("ftm.jsonl", FTM, "", "Q1")],
)  # fmt: skip
def test_formats(tmp_path, name, text, dated, key):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    first = read_list(path)[0]
    assert (first.id, first.kind, first.list_date) == (key, "person", dated)
    assert " ".join(folded(first.names[0])) == "ivo testov"
    assert first.birth_years == {1960}
    assert first.countries == {"KAZ"}
    if name != "eu.csv":
        assert len(first.weak_names) == 1


def test_companions_of_sdn(tmp_path):
    (tmp_path / "sdn.csv").write_text(SDN, encoding="utf-8")
    (tmp_path / "alt.csv").write_text('36,1,"aka","TESTOFF, Iwo",-0- \n', encoding="utf-8")
    (tmp_path / "add.csv").write_text('37,1,"1 Road","Town","Mongolia",-0- \n', encoding="utf-8")
    person, firm = read_list(tmp_path / "sdn.csv")
    assert person.names == ("Ivo TESTOV", "Iwo TESTOFF")
    assert (firm.kind, firm.countries) == ("organisation", {"MNG"})


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.xml", '<!DOCTYPE x [<!ENTITY a "b">]><CONSOLIDATED_LIST>&a;</CONSOLIDATED_LIST>',
         "document type"),
        ("a.xml", "<CONSOLIDATED_LIST><a></CONSOLIDATED_LIST>", "line 1: not valid XML"),
        ("a.xml", "<other/>", "not the root of a list"),
        ("a.jsonl", '{"id":1}', "line 1: not a FollowTheMoney entity"),
        ("a.csv", "id,nam\n1,x\n", "nam: is no column here. Did you mean 'name'"),
        ("a.csv", "name,kind\nx,dog\n,person\n", "2 faults"),
        ("sdn.csv", "1,x,y\n", "3 columns, not 12"),
        ("a.txt", "x", "give the format"),
    ],
)  # fmt: skip
def test_bad_lists(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_list(path)


ENTRIES = [
    Entry("1", "made", "2026-01-01", "person", ("Ivo Testov",), ("Testy",), frozenset({1960}),
          frozenset({"KAZ"}), "TST"),
    Entry("2", "made", "2026-01-01", "organisation", ("Made Up Trading LLC",)),
]  # fmt: skip


def test_leads_say_what_agrees_and_what_does_not():
    table = screen(
        [
            Subject("a", ("Testov Ivo",), "person", frozenset({1960}), frozenset({"KAZ"})),
            Subject("b", ("Ivo Testov",), "person", frozenset({1985}), frozenset({"FRA"})),
            Subject("c", ("Made-Up Trading Limited",)),
            Subject("d", ("Somebody Else",)),
        ],
        ENTRIES,
    ).set_index("subject_id")
    assert list(table.index) == ["a", "b", "c"]
    assert table.loc["a", "score"] == 1.0
    assert "born 1960" in table.loc["a", "for"]
    assert table.loc["b", "score"] == pytest.approx(0.75)
    assert "born 1985 and 1960" in table.loc["b", "against"]
    assert "country France and Kazakhstan" in table.loc["b", "against"]
    assert "legal forms" in table.loc["c", "against"]
    assert (table["precision_pct"] == 92.1).all()


def test_weak_alias_counts_less():
    table = screen([Subject("a", ("Testy",))], ENTRIES)
    assert table.iloc[0]["score"] == pytest.approx(0.9)
    assert "weak" in table.iloc[0]["against"]


def test_rescore_takes_the_place_of_ours():
    table = screen([Subject("a", ("Ivo Testov",))], ENTRIES, rescore=lambda *_: 0.91)
    assert list(table["score"]) == [0.91]
    assert table["precision_pct"].isna().all()


def test_measured_table():
    assert measured_at(0.72) == MEASURED[0.7]
    assert measured_at(0.3) == MEASURED[0.5]
    recalls = [recall for _, (_, recall) in sorted(MEASURED.items())]
    assert recalls == sorted(recalls, reverse=True)


def test_limits():
    with pytest.raises(InputError, match="threshold"):
        screen([], ENTRIES, threshold=0.1)
    assert screen([], ENTRIES).empty


def test_subjects(tmp_path):
    path = tmp_path / "n.csv"
    path.write_text("name,aliases,country,birth\nA B,C D; E F,China;FR,1960-01-01\n", "utf-8")
    (one,) = read_subjects(path)
    assert one.names == ("A B", "C D", "E F")
    assert (one.countries, one.birth_years) == ({"CHN", "FRA"}, {1960})


def test_other_matcher_is_optional():
    if nomenklatura.available():
        assert nomenklatura.pair_scorer()("Ivo Testov", "Ivo Testov", "Person") > 0.9
    else:
        with pytest.raises(InputError, match="beltroad\\[screening\\]"):
            nomenklatura.scorer()
