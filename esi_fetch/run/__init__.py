"""Many jobs: checking them, working on them, reporting on them."""

from esi_fetch.run.crew import Crew
from esi_fetch.run.prepare import Outputs, Prepared, prepare, prepare_job
from esi_fetch.run.runner import RunInterrupted, Runner

__all__ = ["Crew", "Outputs", "Prepared", "RunInterrupted", "Runner", "prepare", "prepare_job"]
