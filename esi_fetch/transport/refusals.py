"""What is not asked again for a while, because ESI has refused it a moment ago.

A 403 or 404 says something about the question, and asking it again says the same; unless it is about

- the token (it has expired, or is none): the next one may do;
- a page that is not there: in the middle of a walk that says that the set has shrunk;
- a request that writes: whether that is sent is the caller's decision each time;
- nothing of ESI's at all: pages of HTML come from proxies and portals on the way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import orjson
import requests

from esi_fetch.clock import Clock
from esi_fetch.store import Refusal, RefusalKeeper, RefusalMemory
from esi_fetch.transport.call import Call
from esi_fetch.transport.outcome import NO_SUCH_PAGE, body_start

__all__ = ["Refusals", "is_about_token", "is_lasting", "message_of"]

_STATUSES = frozenset({403, 404})

_ABOUT_TOKEN = re.compile(
    r"\btoken\b.*\b(expir|invalid|malformed|not valid(?! for))|\b(expired|invalid)\b.*\btoken\b",
    re.IGNORECASE | re.DOTALL,
)

# What others of this machine still remember, who may be told to remember longer, is left to them.
_FORGET_AFTER_S = 86_400.0


def message_of(response: requests.Response) -> str:
    """Return ESI's own words for an error, or the status where it has none."""
    said = _said(response)
    if said.get("error"):
        return str(said["error"])
    return f"status {response.status_code}"


def is_lasting(call: Call, response: requests.Response) -> bool:
    """Return whether an answer is a refusal that asking again would only repeat."""
    if response.status_code not in _STATUSES or not call.repeatable:
        return False
    start = body_start(response)
    is_page = start.lstrip()[:1] == b"<" or "html" in response.headers.get("Content-Type", "").lower()
    if is_page or NO_SUCH_PAGE.lower() in start.lower():
        return False
    return not is_about_token(response)


def is_about_token(response: requests.Response) -> bool:
    """Return whether an answer refuses the token, and says nothing about the question."""
    if response.status_code == 401:
        return True
    is_said = "sso_status" in _said(response) or bool(_ABOUT_TOKEN.search(message_of(response)))
    return response.status_code in _STATUSES and is_said


class Refusals:
    """Remembers refusals.

    Args:
        keeper: Where; None for the memory of this client.
        clock: Tells the time.
        remember_s: For how many seconds; 0 for not at all.
    """

    def __init__(self, keeper: RefusalKeeper | None, *, clock: Clock, remember_s: float) -> None:
        self._keeper: RefusalKeeper = RefusalMemory() if keeper is None else keeper
        self._clock = clock
        self.remember_s = remember_s

    def find(self, call: Call) -> Refusal | None:
        """Return what is kept about *call*, however old; None when nothing is."""
        return self._keeper.find_refusal(call.key) if self.remember_s > 0 and call.repeatable else None

    def holds(self, refusal: Refusal | None) -> bool:
        """Return whether a refusal is recent enough to be the answer now."""
        return refusal is not None and refusal.holds(self._clock.now(), for_s=self.remember_s)

    def among(self, calls: Iterable[Call]) -> set[str]:
        """Return the keys of those calls that a refusal of a moment ago would answer now; nothing is made."""
        keys = list({call.key for call in calls if call.repeatable}) if self.remember_s > 0 else []
        now = self._clock.now()
        return self._keeper.recent_refusals(keys, after=now - self.remember_s, until=now) if keys else set()

    def learn(self, call: Call, response: requests.Response, *, before: Refusal | None) -> None:
        """Keep a refusal, or forget the one of *before* that a success has ended."""
        if self.remember_s > 0 and is_lasting(call, response):
            now = self._clock.now()
            refusal = Refusal(
                key=call.key,
                op_id=call.op_id,
                url=call.url,
                character=call.character,
                status=response.status_code,
                message=message_of(response),
                answered_at=now,
                parameters=None if call.asked is None else call.asked.parameters,
            )
            self._keeper.save_refusal(refusal, forget_before=now - max(self.remember_s, _FORGET_AFTER_S))
        elif before is not None and (response.status_code in call.success or response.status_code == 304):
            self._keeper.drop_refusal(call.key)


def _said(response: requests.Response) -> dict[str, object]:
    try:
        said = orjson.loads(body_start(response))
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
