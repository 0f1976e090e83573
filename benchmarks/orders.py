"""Made-up orders that pack and decode like real ones."""

from __future__ import annotations

import random

import orjson

__all__ = ["page"]


def page(random_: random.Random, rows: int, *, first_id: int | None = None) -> bytes:
    """Return a page of made-up orders as JSON.

    Args:
        random_: Where its values come from.
        rows: How many orders.
        first_id: The first order's id, the others counting up from it; None for ids by chance.
    """
    return orjson.dumps(
        [
            {
                "duration": 90,
                "is_buy_order": random_.random() < 0.5,
                "issued": f"2026-09-{random_.randrange(1, 28):02}T{random_.randrange(24):02}:00:01Z",
                "location_id": random_.choice((60003760, 60008494, 1035466617946)),
                "min_volume": 1,
                "order_id": (
                    random_.randrange(6_000_000_000, 7_500_000_000) if first_id is None else first_id + row
                ),
                "price": round(random_.lognormvariate(12, 3), 2),
                "range": "region",
                "system_id": 30000142,
                "type_id": random_.randrange(18, 80_000),
                "volume_remain": random_.randrange(1, 10_000),
                "volume_total": 10_000,
            }
            for row in range(rows)
        ]
    )
