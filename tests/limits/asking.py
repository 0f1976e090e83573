"""Asking a limiter on a held clock, as the tests of its subjects do."""

import threading

from esi_fetch.limits import BucketView, Limiter, Route

ORDERS = Route("GetMarketsRegionIdOrders", "market-order", 600, 900.0)
TYPES = Route("GetUniverseTypes")
NAMES = Route("PostUniverseNames")
HISTORY = Route("GetMarketsRegionIdHistory")
MINE = Route(
    "GetCharactersCharacterIdNotifications", "char-notification", 15, 900.0, user="character:90000001"
)
YOURS = Route(
    "GetCharactersCharacterIdNotifications", "char-notification", 15, 900.0, user="character:90000002"
)
NEVER = threading.Event()


def bucket_headers(remaining: int, limit: str = "600/15m", group: str = "market-order") -> dict[str, str]:
    return {
        "X-Ratelimit-Group": group,
        "X-Ratelimit-Limit": limit,
        "X-Ratelimit-Remaining": str(remaining),
    }


def send(
    limiter: Limiter,
    route: Route,
    status: int | None = 200,
    headers: dict[str, str] | None = None,
    **how: bool,
) -> int:
    reservation = limiter.acquire(route, cancel=NEVER)
    return limiter.settle(reservation, status=status, headers=headers or {}, **how)


def view(limiter: Limiter, bucket: str = "market-order", user: str = "") -> BucketView:
    (found,) = (view for view in limiter.snapshot() if (view.bucket, view.user) == (bucket, user))
    return found
