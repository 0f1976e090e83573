"""Another program on the same address, which knows nothing of limits: ``python foreigner.py URL``.

Run as a script. For each line ``N`` of its input it sends N requests, four at a time and as fast as it can,
and says with which statuses they were answered.
"""

from __future__ import annotations

import http.client
import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

PATH = "/markets/10000002/orders?order_type=all"


def send(host: str, requests: int) -> Counter[int]:
    """Send requests one after the other on one connection."""
    statuses: Counter[int] = Counter()
    connection = http.client.HTTPConnection(host, timeout=30)
    headers = {"User-Agent": "foreigner", "X-Compatibility-Date": "2026-08-18"}
    for _ in range(requests):
        connection.request("GET", PATH, headers=headers)
        with connection.getresponse() as answer:
            answer.read()
            statuses[answer.status] += 1
    connection.close()
    return statuses


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main() -> None:
    """Answer each line with a burst."""
    host = urlsplit(sys.argv[1]).netloc
    say("ready")
    with ThreadPoolExecutor(4) as threads:
        for line in sys.stdin:
            shares = [int(line) // 4] * 4
            statuses = sum(threads.map(send, [host] * 4, shares), Counter[int]())
            say(json.dumps(statuses))


if __name__ == "__main__":
    main()
