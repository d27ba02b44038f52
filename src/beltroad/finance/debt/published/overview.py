"""All comparisons with published findings in one table."""

from __future__ import annotations

import pandas as pd

from beltroad.finance.debt.published import confusion, examples, growth, screen

__all__ = ["everything"]


def everything(*, ratings: bool = True, debt_paths: bool = True) -> pd.DataFrame:
    """``finding, item, ours, theirs, difference, why`` for every finding we can put beside ours.

    Parameters
    ----------
    ratings
        Assess every prepared country that has a published rating (about 0.1 s each).
    debt_paths
        Project every prepared corridor economy with packages and growth dividends (a few seconds).
    """
    tables = [
        examples.composite_example(),
        examples.grant_elements(),
        examples.financing_example(),
        screen.compare_screen(screen.screen()),
    ]
    if ratings:
        tables.append(confusion.agreement(confusion.rating_table(confusion.our_ratings())))
    if debt_paths:
        tables += [
            growth.compare_growth(growth.long_run(spending=rule), label=f"spending {rule}")
            for rule in growth.SPENDING
        ]
    return pd.concat(tables, ignore_index=True)
