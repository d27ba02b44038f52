"""Letters of other scripts in Latin ones, good enough to compare names, not to print them.

Cyrillic (Russian, Ukrainian, Bulgarian, Serbian, Kazakh and neighbours), Greek, Georgian, Arabic
and Persian (consonants: short vowels are not written) by letter; Hangul by its syllables. Chinese
and Japanese characters stay as they are: they match only themselves.
"""

from __future__ import annotations

import unicodedata

__all__ = ["latin"]

_CYRILLIC = (
    "а a б b в v г g д d е e ё e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh "
    "ц ts ч ch ш sh щ shch ъ . ы y ь . э e ю iu я ia і i ї i є e ґ g ў u ј i љ l њ n ћ c ђ d џ j "
    "қ k ғ g ң n ү u ұ u ө o һ h ә a ҳ h ҷ j ӣ i ӯ u ѓ g ќ k ѕ z"
)
_GREEK = (
    "α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ i φ f "
    "χ ch ψ ps ω o"
)
_ARABIC = (
    "ا a أ a إ i آ a ٱ a ب b ت t ث th ج j ح h خ kh د d ذ d ر r ز z س s ش sh ص s ض d ط t ظ z ع a "
    "غ gh ف f ق q ك k ک k ل l م m ن n ه h ة a و u ؤ u ي i ى a ئ i ی i ء . پ p چ ch ژ zh گ g ـ ."
)
_GEORGIAN = (
    "ა a ბ b გ g დ d ე e ვ v ზ z თ t ი i კ k ლ l მ m ნ n ო o პ p ჟ zh რ r ს s ტ t უ u ფ p ქ k "
    "ღ gh ყ q შ sh ჩ ch ც ts ძ dz წ ts ჭ ch ხ kh ჯ j ჰ h"
)
_LATIN = "ø o ł l đ d ð d þ th ß ss æ ae œ oe ı i ə a ħ h ŋ n ĸ k"


def _pairs(text: str) -> dict[int, str]:
    parts = text.split()
    return {ord(a): "" if b == "." else b for a, b in zip(parts[::2], parts[1::2], strict=True)}


_TABLE = {**_pairs(_CYRILLIC), **_pairs(_GREEK), **_pairs(_ARABIC),
          **_pairs(_GEORGIAN), **_pairs(_LATIN)}  # fmt: skip

# Hangul syllables are 0xAC00 + 588 * first + 28 * middle + last.
_FIRST = "g kk n d tt r m b pp s ss . j jj ch k t p h".replace(".", "").split(" ")
_MIDDLE = [
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
]
_LAST = [
    ".",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "h",
]


def latin(text: str) -> str:
    """Lower-case text in plain Latin letters without accents."""
    if text.isascii():
        return text.lower()
    text = unicodedata.normalize("NFKC", text).casefold()
    text = text.replace("ου", "ou").replace("ού", "ou")
    out = []
    for letter in text.translate(_TABLE):
        code = ord(letter) - 0xAC00
        if 0 <= code < 11172:
            last = _LAST[code % 28]
            out.append(_FIRST[code // 588] + _MIDDLE[code // 28 % 21] + last.replace(".", "") + " ")
        else:
            out.append(letter)
    plain = unicodedata.normalize("NFKD", "".join(out))
    # Letters with a mark are taken apart only now, so й and ё have gone by the table.
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(_TABLE)
