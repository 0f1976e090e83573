"""Many jobs: checking them, working on them, reporting on them."""

from esi_fetch.run.client_store import ClientStore
from esi_fetch.run.crew import Crew
from esi_fetch.run.desk import Desk
from esi_fetch.run.engine import Engine, make_engine
from esi_fetch.run.given import as_orders, only_jobs
from esi_fetch.run.in_steps import InSteps
from esi_fetch.run.journal import Earlier, Journal
from esi_fetch.run.journaled import journaled
from esi_fetch.run.outcomes import RunInterrupted, nothing_done
from esi_fetch.run.plan import LATENCY_S, bill
from esi_fetch.run.prepare import Checked, Look, Outputs, Prepared, PreparedJobs, prepare, preparer
from esi_fetch.run.refresh import Refreshed
from esi_fetch.run.runner import Runner
from esi_fetch.run.table_copies import table_copies
from esi_fetch.run.workshop import Workshop

__all__ = [
    "LATENCY_S",
    "Checked",
    "ClientStore",
    "Crew",
    "Desk",
    "Earlier",
    "Engine",
    "InSteps",
    "Journal",
    "Look",
    "Outputs",
    "Prepared",
    "PreparedJobs",
    "Refreshed",
    "RunInterrupted",
    "Runner",
    "Workshop",
    "as_orders",
    "bill",
    "journaled",
    "make_engine",
    "nothing_done",
    "only_jobs",
    "prepare",
    "preparer",
    "table_copies",
]
