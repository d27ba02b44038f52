"""Places with law of their own inside one state, and territories that treaties may leave out."""

from __future__ import annotations

from datetime import date

__all__ = ["TERRITORIES", "one_state"]

# Conventions between states do not work between these from these days on; arrangements do.
_PART_OF_CHINA = {"CHN": date.min, "HKG": date(1997, 7, 1), "MAC": date(1999, 12, 20)}
# Without a row of their own it is not known whether a convention was extended to them.
TERRITORIES = frozenset(
    {
        "ABW", "AIA", "ALA", "ASM", "ATF", "BES", "BLM", "BMU", "BVT", "CCK", "CUW", "CXR",
        "CYM", "ESH", "FLK", "FRO", "GGY", "GIB", "GLP", "GRL", "GUF", "GUM", "HMD", "IMN",
        "IOT", "JEY", "MAF", "MNP", "MSR", "MTQ", "MYT", "NCL", "NFK", "PCN", "PRI", "PYF",
        "REU", "SGS", "SHN", "SJM", "SPM", "SXM", "TCA", "TKL", "UMI", "VGB", "VIR", "WLF",
    }
)  # fmt: skip


def one_state(one: str, other: str, on: date) -> bool:
    """Whether two places are parts of one state, so that conventions do not work between them."""
    return all(code in _PART_OF_CHINA and on >= _PART_OF_CHINA[code] for code in (one, other))
