"""Names of partners in tables: English or Chinese, economies, groups, totals."""

from __future__ import annotations

import re
from functools import lru_cache

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.evidence.tables import load

__all__ = ["is_total", "partner_of"]

_GROUPS = {
    "WORLD": ("合计", "总计", "總計", "合計", "全球", "世界", "total", "world", "all countries",
              "grand total", "全部国家"),
    "ASIA": ("亚洲", "asia"), "AFRICA": ("非洲", "africa"), "EUROPE": ("欧洲", "europe"),
    "AMERICAS": ("美洲", "americas"), "OCEANIA": ("大洋洲", "oceania"),
    "ASEAN": ("东盟", "东南亚国家联盟", "asean"),
    "EU": ("欧盟", "欧洲联盟", "european union", "eu"),
    "BRI": ("共建国家", "“一带一路”共建国家", "一带一路共建国家", "bri partner countries"),
    "BRI_ROUTE": ("沿线国家", "“一带一路”沿线国家", "一带一路沿线国家"),
    "NOT_SPECIFIED": ("其他", "其它", "其他国家", "其他国家（地区）", "others", "other",
                      "unspecified",
                      "not specified", "other countries", "other countries (regions)"),
}  # fmt: skip
# Regions that the house has no list of members for; their rows are left out, and told.
_REGIONS = ("拉丁美洲", "latin america", "北美洲", "north america", "northern america", "中东",
            "拉丁美洲和加勒比", "latin america and the caribbean")  # fmt: skip
_MARKS = re.compile(r"^(?:其中[:：]?|of which:?|#|\d+[.、])\s*|[*†①-⑳\d]+$", re.IGNORECASE)
_BILINGUAL = re.compile(r"(.*[\u4e00-\u9fff）])\s*([A-Za-z].*)", re.DOTALL)
_ENGLISH = {"china hong kong": "HKG", "hong kong, china": "HKG", "china macao": "MAC",
            "macao, china": "MAC", "macau, china": "MAC", "china taiwan": "TWN",
            "taiwan, china": "TWN", "taiwan province": "TWN"}  # fmt: skip


def partner_of(text: str) -> str:
    """ISO 3166-1 alpha-3 code, or a group's code; empty for a region that is left out.

    Raises
    ------
    InputError
        If the name is not known; close English names are suggested.
    """
    if two := _BILINGUAL.fullmatch(text.strip()):
        return _one_of(text, two[1], two[2])
    plain = text.strip().replace("(", "（").replace(")", "）")
    key = _MARKS.sub("", plain.replace(" ", "").replace("\u3000", "")).casefold()
    if (code := _chinese().get(key)) is not None:
        return code
    low = " ".join(_MARKS.sub("", text.strip()).split()).casefold()
    for spelling in (key, low):
        if (code := _groups().get(spelling)) is not None:
            return code
        if spelling in _REGIONS:
            return ""
    if low in _ENGLISH:
        return _ENGLISH[low]
    try:
        return economies.iso3(_MARKS.sub("", text.strip()) or text)
    except InputError:
        return economies.iso3(text)


def _one_of(text: str, chinese: str, english: str) -> str:
    """The partner that both names of one cell mean; one of them suffices."""
    found: list[str] = []
    for name in (chinese, english):
        try:
            found.append(partner_of(name))
        except InputError:
            continue
    if len(set(found)) > 1:
        raise InputError(f"{text!r:.60}: the two names mean {' and '.join(found)}; leave one")
    return found[0] if found else economies.iso3(english)


def is_total(text: str) -> bool:
    """Whether a cell names the row of totals."""
    try:
        return bool(text) and partner_of(text) == "WORLD"
    except InputError:
        return False


@lru_cache(maxsize=1)
def _chinese() -> dict[str, str]:
    table = load("investment_names_zh")
    names = zip(table["name"], table["iso3"], strict=True)
    return {str(name).casefold(): str(code) for name, code in names}


@lru_cache(maxsize=1)
def _groups() -> dict[str, str]:
    return {spelling: code for code, names in _GROUPS.items() for spelling in names}
