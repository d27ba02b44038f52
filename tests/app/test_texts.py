"""The interface's words: both languages whole, the same places in both, none missing or idle."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from beltroad.app import texts

APP = Path(texts.__file__).resolve().parents[1]
# A key in full, t("a.b"); or the beginning of keys that differ in their end: t("kind." ~ kind).
CALLED = re.compile(r"""(?<![\w.])t\(\s*(["'])([\w.-]+)\1\s*(~)?""")
LITERAL = re.compile(r"""(["'])([a-z][\w-]*(?:\.[\w-]+)+\.?_?)(?:\{[^"']*)?\1""")
BEGINNING = re.compile(r"""["']([a-z][\w-]*(?:\.[\w-]+)*(?:\.|_))(?:\{|["']\s*[~+])""")
CJK = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_ALL = {"app.name"}  # a name


@pytest.fixture(scope="module")
def sources() -> dict[Path, str]:
    found = [*APP.rglob("*.html"), *APP.rglob("*.py")]
    kept = [path for path in found if "migrations" not in path.parts]
    return {path: path.read_text(encoding="utf-8") for path in kept}


def _wordy(text: str) -> bool:
    """Whether there is more in a text than places, signs and units."""
    return re.search(r"[A-Za-z]{3,}", re.sub(r"\{\w+\}|beltroad", "", text)) is not None


def test_every_text_is_there_in_both_languages_with_the_same_places() -> None:
    faults = []
    for key, words in texts.catalogue().items():
        places = {
            language: sorted(name for _, name, _, _ in string.Formatter().parse(text) if name)
            for language, text in words.items()
        }
        if set(words) != set(texts.LANGUAGES):
            faults.append(f"{key}: languages {sorted(words)}")
        elif len({tuple(names) for names in places.values()}) != 1:
            faults.append(f"{key}: places differ {places}")
        elif not all(text.strip() for text in words.values()):
            faults.append(f"{key}: empty")
        elif CJK.search(words["en"]):
            faults.append(f"{key}: Chinese under en")
        elif _wordy(words["en"]) and not CJK.search(words["zh"]) and key not in SAME_IN_ALL:
            faults.append(f"{key}: no Chinese under zh")
    assert not faults, "\n".join(faults)


def test_no_key_is_written_twice() -> None:
    seen: dict[str, str] = {}
    for path in sorted((APP / "texts").glob("*.toml")):
        for key in re.findall(r"^\[([^\]]+)\]", path.read_text(encoding="utf-8"), re.MULTILINE):
            assert key not in seen, f"{key} is in {seen[key]} and in {path.name}"
            seen[key] = path.name
    assert len(seen) >= len(texts.catalogue()) > 100


def test_every_key_that_a_template_asks_for_exists(sources: dict[Path, str]) -> None:
    catalogue = texts.catalogue()
    missing, asked = [], 0
    for path, source in sources.items():
        if path.suffix != ".html":
            continue
        for _, key, joined in CALLED.findall(source):
            asked += 1
            there = any(k.startswith(key) for k in catalogue) if joined else key in catalogue
            if not there:
                missing.append(f"{path.relative_to(APP)}: {key}")
    assert asked > 100
    assert not missing, "\n".join(missing)


def test_no_text_is_idle(sources: dict[Path, str]) -> None:
    used, beginnings = set(), set()
    for source in sources.values():
        used |= {key for _, key in LITERAL.findall(source)}
        beginnings |= set(BEGINNING.findall(source))
        beginnings |= {key for _, key, joined in CALLED.findall(source) if joined}
    idle = [
        key
        for key in texts.catalogue()
        if key not in used and not any(key.startswith(begin) for begin in beginnings)
    ]
    assert not idle, "\n".join(idle)


def test_no_visible_word_stands_in_a_template() -> None:
    """Words of a page go through ``t``: what is left of a template without its marks is empty."""
    # What the template engine reads goes first: it may hold a ">" inside a tag.
    engine = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
    marks = re.compile(r"""<[^>]*>|&\w+;|\s[\w-]+="[^"]*\"""", re.DOTALL)
    names = {"CSV", "Excel", "Parquet", "JSON", "TOML", "TEU", "USD", "GeoJSON", "API", "UTC"}
    faults = []
    for path in sorted((APP / "templates").rglob("*.html")):
        rest = marks.sub(" ", engine.sub(" ", path.read_text(encoding="utf-8")))
        found = [w for w in re.findall(r"[A-Za-z]{3,}", rest) if w not in names]
        faults += [f"{path.relative_to(APP)}: {word}" for word in found]
    assert not faults, "\n".join(faults)


def test_the_language_is_chosen() -> None:
    assert texts.choose("zh") == "zh"
    assert texts.choose("xx", "zh-CN,en;q=0.5") == "zh"
    assert texts.choose(None, "fr,en;q=0.5") == "en"
    assert texts.choose(None) == "en"
    with pytest.raises(KeyError):
        texts.text("no.such.key", "en")
