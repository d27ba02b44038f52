"""Results of an assessment for people and programs: page, workbook, JSON, CSV."""
