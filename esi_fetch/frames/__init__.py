"""Answers as pandas DataFrames, with the dtypes that the API's schemas promise (extra ``frames``)."""

from esi_fetch.frames.frame import frame_of_job, need_pandas
from esi_fetch.frames.reports import frame_of_report
from esi_fetch.model.framing import use_frame_maker

__all__ = ["frame_of_job", "frame_of_report", "need_pandas"]

use_frame_maker(frame_of_report)
