"""What can be made to go wrong, where, and how often."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

__all__ = ["Fault", "Faults", "PlantedFault"]


@dataclass(frozen=True)
class Fault:
    """One thing going wrong.

    Without ``status``, ``body``, ``html`` or ``reset`` the true answer is made and then spoiled by the rest.

    Attributes:
        target: An operation's id, or a pattern for paths: ``/markets/*/orders``, ``*``.
        times: How many requests it spoils; None for all of them, until it is removed.
        skip: How many fitting requests it lets pass first.
        page: Spoil only requests for this page; None for any.
        method: Spoil only requests of this method; None for any.
        status: Answer with this status. 420 and 429 ask to wait one second unless ``headers`` say otherwise.
        body: Answer with this: a text or bytes as they are, anything else as JSON.
        headers: Put these in, in place of those of the same name.
        drop_headers: Leave these out.
        html: Answer with a page of HTML, under status 502 unless ``status`` says otherwise.
        invalid_json: Cut the JSON text short, without anything else telling.
        delay_s: Wait that many seconds before answering.
        hang: Do not answer before the fault is removed or the sandbox stopped.
        drip_s: Send the body a byte at a time, that many seconds apart.
        cut_body_at: Close the connection after that many bytes of the body.
        chunked: Send the body in chunks instead of with a ``Content-Length``.
        reset: Reset the connection instead of answering.
    """

    target: str
    times: int | None = 1
    skip: int = 0
    page: int | None = None
    method: str | None = None
    status: int | None = None
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    drop_headers: tuple[str, ...] = ()
    html: bool = False
    invalid_json: bool = False
    delay_s: float = 0.0
    hang: bool = False
    drip_s: float | None = None
    cut_body_at: int | None = None
    chunked: bool = False
    reset: bool = False

    def __post_init__(self) -> None:
        """Refuse what could not be done once the fault strikes; faults also come over HTTP."""
        for name in ("times", "skip", "page", "status", "cut_body_at"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
                raise ValueError(f"{name}={value!r}: wants a whole number, 0 or more")
        for name in ("delay_s", "drip_s"):
            value = getattr(self, name)
            if value is not None and (not isinstance(value, (int, float)) or value < 0):
                raise ValueError(f"{name}={value!r}: wants a number of seconds, 0 or more")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError(f"status={self.status!r}: wants a status from 200 to 599")

    @property
    def replaces_answer(self) -> bool:
        """Whether the true answer is not needed."""
        return self.status is not None or self.body is not None or self.html or self.reset


class PlantedFault:
    """A fault where it lies in wait.

    Attributes:
        fault: What it does.
        hits: How many requests it has spoiled.
        removed: Set once it is removed; what hangs on it goes on then.
    """

    def __init__(self, fault: Fault, remove: Callable[[PlantedFault], None]) -> None:
        self.fault = fault
        self.hits = 0
        self.removed = threading.Event()
        self._passed = 0
        self._remove = remove

    @property
    def exhausted(self) -> bool:
        """Whether it has spoiled as many requests as it was meant to."""
        return self.fault.times is not None and self.hits >= self.fault.times

    def remove(self) -> None:
        """Take it away; requests that hang on it are answered."""
        self._remove(self)

    def strikes(self, *, op_id: str | None, path: str, method: str, page: int) -> bool:
        """Count a request, and return whether it is to be spoiled. Called under the lock of ``Faults``."""
        fault = self.fault
        if self.exhausted or (fault.page is not None and fault.page != page):
            return False
        if fault.method is not None and fault.method.upper() != method:
            return False
        if not _fits(fault.target, op_id, path):
            return False
        self._passed += 1
        if self._passed <= fault.skip:
            return False
        self.hits += 1
        return True

    def __repr__(self) -> str:
        return f"<PlantedFault on {self.fault.target} hits={self.hits}>"


def _fits(target: str, op_id: str | None, path: str) -> bool:
    return fnmatchcase(path, target) if target.startswith(("/", "*")) else target == op_id


class Faults:
    """All faults of one sandbox; threads may share it."""

    def __init__(self, *, resolve: Callable[[str], str]) -> None:
        """Hold no faults yet.

        Args:
            resolve: Turns an operation's name, however spelt, into its id, and raises for one that is none: a
                fault with a misspelt target would never strike.
        """
        self._resolve = resolve
        self._lock = threading.Lock()
        self._planted: list[PlantedFault] = []
        self._regenerations: list[tuple[str, int | None]] = []

    def add(
        self,
        target: str,
        *,
        times: int | None = 1,
        skip: int = 0,
        page: int | None = None,
        method: str | None = None,
        status: int | None = None,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        drop_headers: Iterable[str] = (),
        html: bool = False,
        invalid_json: bool = False,
        delay_s: float = 0.0,
        hang: bool = False,
        drip_s: float | None = None,
        cut_body_at: int | None = None,
        chunked: bool = False,
        reset: bool = False,
    ) -> PlantedFault:
        """Plant a fault; the arguments are the attributes of :class:`Fault`.

        Of several that fit a request the one planted first strikes, alone.

        Raises:
            UnknownOperationError: The target is neither an operation nor a pattern for paths.
            ValueError: A number is out of bounds.
        """
        fault = Fault(
            target if str(target).startswith(("/", "*")) else self._resolve(target),
            times=times,
            skip=skip,
            page=page,
            method=method,
            status=status,
            body=body,
            headers=dict(headers or {}),
            drop_headers=tuple(drop_headers),
            html=html,
            invalid_json=invalid_json,
            delay_s=delay_s,
            hang=hang,
            drip_s=drip_s,
            cut_body_at=cut_body_at,
            chunked=chunked,
            reset=reset,
        )
        planted = PlantedFault(fault, self._take_away)
        with self._lock:
            self._planted.append(planted)
        return planted

    def regenerate_after(self, op_id: str, *, page: int | None = None) -> None:
        """Regenerate an operation's data once, right after answering a request for it, or for that page.

        Raises:
            UnknownOperationError: There is no such operation.
        """
        resolved = self._resolve(op_id)
        with self._lock:
            self._regenerations.append((resolved, page))

    def clear(self) -> None:
        """Take all faults away; requests that hang on one are answered."""
        with self._lock:
            planted, self._planted = self._planted, []
            self._regenerations.clear()
        for each in planted:
            each.removed.set()

    def _take_away(self, planted: PlantedFault) -> None:
        with self._lock:
            self._planted = [each for each in self._planted if each is not planted]
        planted.removed.set()

    def strike(self, *, op_id: str | None, path: str, method: str, page: int) -> PlantedFault | None:
        """Return the fault that spoils this request, counting it; None when none does."""
        with self._lock:
            for planted in self._planted:
                if planted.strikes(op_id=op_id, path=path, method=method, page=page):
                    return planted
        return None

    def regenerates(self, *, op_id: str, page: int) -> bool:
        """Return whether the data is to be regenerated after this request, which then happens this once."""
        with self._lock:
            for each in self._regenerations:
                if each[0] == op_id and each[1] in (None, page):
                    self._regenerations.remove(each)
                    return True
        return False

    def __len__(self) -> int:
        with self._lock:
            return sum(not planted.exhausted for planted in self._planted)
