"""The session: requests over our adapter, with the store in front; the only room that touches the network."""

from esi_fetch.transport.adapter import EsiAdapter
from esi_fetch.transport.cached import CachedSession, Decision, decide
from esi_fetch.transport.call import Answer, Call, Mode
from esi_fetch.transport.downtime import DowntimeGate
from esi_fetch.transport.policy import retry_policy
from esi_fetch.transport.session import EsiSession
from esi_fetch.transport.sockets import LiveSockets
from esi_fetch.transport.sso_wire import SsoWire
from esi_fetch.transport.task import Costs, Task

__all__ = [
    "Answer",
    "CachedSession",
    "Call",
    "Costs",
    "Decision",
    "DowntimeGate",
    "EsiAdapter",
    "EsiSession",
    "LiveSockets",
    "Mode",
    "SsoWire",
    "Task",
    "decide",
    "retry_policy",
]
