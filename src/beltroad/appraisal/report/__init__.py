"""The report and the workbook of an appraisal."""

from beltroad.appraisal.report.excel import workbook
from beltroad.appraisal.report.html import html_report

__all__ = ["html_report", "workbook"]
