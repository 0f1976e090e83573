"""Many jobs: checking them, working on them, reporting on them."""

from esi_fetch.run.crew import Crew
from esi_fetch.run.engine import Engine, make_engine
from esi_fetch.run.given import as_orders, only_jobs
from esi_fetch.run.prepare import Outputs, Prepared, prepare, prepare_job
from esi_fetch.run.runner import RunInterrupted, Runner
from esi_fetch.run.workshop import Workshop

__all__ = [
    "Crew",
    "Engine",
    "Outputs",
    "Prepared",
    "RunInterrupted",
    "Runner",
    "Workshop",
    "as_orders",
    "make_engine",
    "only_jobs",
    "prepare",
    "prepare_job",
]
