"""The licence registry: every text of the bundle is known, what may not be passed on is refused."""

from __future__ import annotations

import pytest

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.evidence import licences
from beltroad.evidence.connectors import PROVIDERS


def texts() -> list[tuple[str, str]]:
    """Licence texts of all bundled tables, and those in columns of tables of sources."""
    found = [
        (name, each.licence) for name in evidence.names() for each in evidence.info(name).sources
    ]
    for name in evidence.names():
        if "licence" in evidence.info(name).units and name != "licences":
            found += [(name, str(text)) for text in evidence.load(name)["licence"].unique()]
    return found


def test_every_licence_text_of_the_bundle_is_registered() -> None:
    unknown = []
    for table, text in texts():
        try:
            licences.licences(text)
        except InputError:
            unknown.append((table, text))
    assert unknown == []


def test_everything_bundled_may_be_passed_on() -> None:
    licences.check_export(text for _, text in texts())


def test_every_provider_has_a_registered_licence() -> None:
    for provider in PROVIDERS.values():
        assert provider.licence in licences.registry()
    assert not licences.licence(PROVIDERS["comtrade"].licence).may_be_passed_on


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CC BY 4.0", "cc-by-4.0"), ("cc-by-4.0", "cc-by-4.0"), ("CC BY 3.0 IGO", "cc-by-3.0-igo"),
        ("CC0-1.0", "cc0-1.0"), ("Derived database: ODbL 1.0, © OpenStreetMap", "odbl-1.0"),
        ("ODC-By 1.0", "odc-by-1.0"), ("ODC-PDDL", "odc-pddl-1.0"),
        ("Etalab Open Licence 2.0", "etalab-2.0"), ("MIT", "mit"), ("Apache-2.0", "apache-2.0"),
        ("public domain", "public-domain"), ("IMF data terms: free reuse", "imf-data"),
        ("UN Comtrade terms", "un-comtrade"), ("WTO terms", "wto"), ("AEI CGIT", "aei-cgit"),
        ("OpenSanctions CC BY-NC 4.0", "cc-by-nc-4.0"), ("single facts cited", "facts"),
        ("user data", "user-data"), ("facts; compilation UN Comtrade", "un-comtrade"),
    ],
)  # fmt: skip
def test_texts_and_the_strictest_of_several(text: str, expected: str) -> None:
    assert licences.licence(text).licence_id == expected


@pytest.mark.parametrize("text", ["", "all rights reserved", "free", "permit", "submitted"])
def test_a_text_nobody_registered_is_never_taken_for_free(text: str) -> None:
    with pytest.raises(InputError, match="no registered licence"):
        licences.licence(text)
    with pytest.raises(InputError):
        licences.check_export([text])


def test_refusals_name_what_is_in_the_way() -> None:
    licences.check_export(["CC BY 4.0", "odbl-1.0", "user data"])
    with pytest.raises(InputError, match=r"un-comtrade.*aei-cgit") as refused:
        licences.check_export(["CC BY 4.0", "un-comtrade", "aei-cgit"])
    assert "cc-by-4.0" not in str(refused.value)
    assert "publish what you derive" in str(refused.value)


def test_notice_has_one_line_for_each_publisher() -> None:
    said = licences.notice([("World Bank", "CC BY 4.0"), ("World Bank", "cc-by-4.0"),
                            ("CEPII", "etalab-2.0"), ("me", "user data")])  # fmt: skip
    assert said.splitlines() == [
        "World Bank, CC BY 4.0 (https://creativecommons.org/licenses/by/4.0/). "
        "Say what was changed.",
        "CEPII, Etalab Open Licence 2.0, with the date of the release.",
    ]
