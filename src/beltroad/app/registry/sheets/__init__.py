"""Sheets: the fields of each kind of record, and what must hold between them."""
