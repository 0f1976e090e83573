"""ESI's two limit systems, obeyed by every attempt: floating token windows and the error limit."""

from esi_fetch.limits.file_state import FileState
from esi_fetch.limits.headers import retry_after_s
from esi_fetch.limits.limiter import Limiter
from esi_fetch.limits.redis_state import RedisState
from esi_fetch.limits.routes import HIDDEN_LIMITS, HiddenLimit, Reservation, Route
from esi_fetch.limits.state import LimitState, MemoryState
from esi_fetch.limits.views import BucketView

__all__ = [
    "HIDDEN_LIMITS",
    "BucketView",
    "FileState",
    "HiddenLimit",
    "LimitState",
    "Limiter",
    "MemoryState",
    "RedisState",
    "Reservation",
    "Route",
    "retry_after_s",
]
