"""Answers as tables: which columns, of which types, and what they come from; for files and frames alike."""

from esi_fetch.columns.flat import Table, tabulated
from esi_fetch.columns.layout import Column, Kind, Layout, layout_of, merged
from esi_fetch.columns.pages import Misfit, Splitter, cell_text, portions, rows_of, unwrapped
from esi_fetch.columns.provenance import provenance
from esi_fetch.columns.schema import columns_of_schema, list_inside
from esi_fetch.columns.survey import surveyed

__all__ = [
    "Column",
    "Kind",
    "Layout",
    "Misfit",
    "Splitter",
    "Table",
    "cell_text",
    "columns_of_schema",
    "layout_of",
    "list_inside",
    "merged",
    "portions",
    "provenance",
    "rows_of",
    "surveyed",
    "tabulated",
    "unwrapped",
]
