"""Goods of the Harmonised System by industry of the ICIO tables.

An own judgement at chapter and heading level, after what ISIC Rev. 4 says that each industry makes:
a product belongs to the industry that typically makes it. The longest prefix of a code decides.
Headings that join goods of two industries go to the one with more of world trade; services and
works of art have no industry that makes them and go to other manufacturing. The headings meant
are alike in all revisions since 1992 but for a few that were added.
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["PREFIXES", "UNALLOCATED", "industry_of"]

UNALLOCATED = ""

_BY_INDUSTRY = {
    "A01": "01 05 06 07 08 09 10 12 0407 0409 1801 2401 4001 4301 5001 5101 5102 5201 5301 5302 "
           "5303 5304 5305",
    "A02": "13 14 4401 4403 4501",
    "A03": "03",
    "B05": "2701 2702",
    "B06": "2709 2711",
    "B07": "26",
    "B08": "25 2703 2714 710210 710221 710231",
    "C10T12": "02 04 11 15 16 17 18 19 20 21 22 23 24 0303 0304 0305 0504 0710 0711 0712 0811 0812 "
              "0813 0814 100630 100640 1208 1302 4101 4102 4103",
    "C13T15": "41 42 43 50 51 52 53 54 55 56 57 58 59 60 61 62 63 64 65",
    "C16": "44 45 46",
    "C17_18": "47 48 49",
    "C19": "27 271112 271113 271114 271119",
    "C20": "28 29 31 32 33 34 35 36 37 38 3901 3902 3903 3904 3905 3906 3907 3908 3909 3910 3911 "
           "3912 3913 3914 3915 4002 4402 5402 5403 5404 5405 5501 5502 5503 5504",
    "C21": "30 2936 2937 2938 2939 2941",
    "C22": "39 40",
    "C23": "68 69 70 2523",
    "C24A": "72 2618 2619 7301 7302 7303 7304 7305 7306 7307",
    "C24B": "74 75 76 78 79 80 81 2620 7106 7107 7108 7109 7110 7111 7112",
    "C25": "73 82 83 93 7415 7418 7419 7610 7611 7612 7613 7615 7616 8401 8402 8403 8404 9406",
    "C26": "90 91 8443 8471 8473 8517 8518 8519 8520 8521 8522 8523 8524 8525 8526 8527 8528 "
           "8529 8531 8532 8533 8534 8540 8541 8542 950450",
    "C27": "85 841810 841821 841822 841829 841830 841840 842211 8450 9405",
    "C28": "84 8514 8709 870110 870130 870190 870191 870192 870193 870194 870195",
    "C29": "87 8511 8512 8609 840731 840732 840733 840734 840820 940120",
    "C301": "89",
    "C302T309": "86 88 8710 8711 8712 8713 8714 841111 841112 841121 841122 841191",
    "C31T33": "66 67 71 92 94 95 96 97 8715 9003 9004 9018 9019 9020 9021 9023",
    "D": "2705 2716",
}  # fmt: skip
# Office machines that are no computers, and presses, are machinery; printers are not.
_BY_INDUSTRY["C28"] += " 8470 8472 844311 844312 844313 844314 844315 844316 844317 844319 844391"

PREFIXES = {prefix: industry for industry, text in _BY_INDUSTRY.items() for prefix in text.split()}


@lru_cache(maxsize=20_000)
def industry_of(product: str) -> str:
    """ICIO industry that makes a product of six digits; leading zeros may be lost.

    ``UNALLOCATED`` for codes that name no goods, such as ``9999AA`` and chapters 98 and 99.
    """
    code = product.strip()
    if not code.isdecimal():
        return UNALLOCATED
    code = code.zfill(6)
    for length in (6, 4, 2):
        if code[:length] in PREFIXES:
            return PREFIXES[code[:length]]
    return UNALLOCATED
