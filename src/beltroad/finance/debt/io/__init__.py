"""Inputs of a debt assessment in (folder, workbook, prepared country), results out."""

from beltroad.finance.debt.io.faults import DebtInputError
from beltroad.finance.debt.io.folder import read_folder, write_folder
from beltroad.finance.debt.io.reading import read
from beltroad.finance.debt.io.template import workbook_bytes, write_workbook
from beltroad.finance.debt.io.workbook import read_workbook

__all__ = [
    "DebtInputError",
    "read",
    "read_folder",
    "read_workbook",
    "workbook_bytes",
    "write_folder",
    "write_workbook",
]
