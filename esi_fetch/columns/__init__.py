"""Answers as tables: which columns they have, and how nested values become columns; the same for all outputs."""

from esi_fetch.columns.flat import Table, columns_of_schema, tabulated

__all__ = ["Table", "columns_of_schema", "tabulated"]
