"""Plain data: jobs, work orders, callbacks, results and reports, and the files they are read from.

Events stand in :mod:`esi_fetch.model.events`; the registry of callbacks in :mod:`esi_fetch.model.callback`.
"""

from esi_fetch.model.bill import Bill, BillLine, CharacterNeed, Cost, LimitNeed, PlannedFile
from esi_fetch.model.callback import Callback
from esi_fetch.model.codec import PlainData, from_plain, to_plain
from esi_fetch.model.files import format_jobs, parse_jobs, read_jobs, write_jobs
from esi_fetch.model.for_each import ForEach, Row
from esi_fetch.model.job import Job, WorkOrder
from esi_fetch.model.lazy import Rows
from esi_fetch.model.report import Report, Totals
from esi_fetch.model.result import Attempt, CallbackError, ErrorInfo, Result, Source, State
from esi_fetch.model.tables import TableLike

__all__ = [
    "Attempt",
    "Bill",
    "BillLine",
    "Callback",
    "CallbackError",
    "CharacterNeed",
    "Cost",
    "ErrorInfo",
    "ForEach",
    "Job",
    "LimitNeed",
    "PlainData",
    "PlannedFile",
    "Report",
    "Result",
    "Row",
    "Rows",
    "Source",
    "State",
    "TableLike",
    "Totals",
    "WorkOrder",
    "format_jobs",
    "from_plain",
    "parse_jobs",
    "read_jobs",
    "to_plain",
    "write_jobs",
]
