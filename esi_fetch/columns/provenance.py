"""Where data came from, as plain values that JSON can hold; no tokens are among them."""

from __future__ import annotations

from typing import Any

from esi_fetch.catalog import Operation, examined
from esi_fetch.model.codec import to_plain
from esi_fetch.model.job import Job

__all__ = ["asked_as", "asked_of", "provenance"]


def asked_of(job: Job, operation: Operation | None) -> dict[str, Any]:
    """Return a job's parameters in plain JSON types, with defaults filled in.

    What follows from the character, such as ``character_id``, is not among them unless it was given.
    """
    if operation is None:
        plain: dict[str, Any] = to_plain(job)["parameters"]
        return plain
    return examined(operation, job.parameters)[0]


def asked_as(job: Job) -> int | str | None:
    """Return whose data a finished job has: as the job names them, else by id; None for public data."""
    if job.character is not None or job.result is None:
        return job.character
    return job.result.character


def provenance(job: Job, operation: Operation | None) -> dict[str, Any]:
    """Return where a finished job's data came from.

    That is ``operation``, ``parameters``, ``character`` (None for public data), and of the job's
    :class:`~esi_fetch.model.result.Result` ``source``, ``sources``, ``snapshot_at``, ``fetched_at``,
    ``expires_at`` (as ISO text) and ``complete``.
    """
    result = None if job.result is None else to_plain(job.result, data=False)
    return {
        "operation": job.subject if operation is None else operation.op_id,
        "parameters": asked_of(job, operation),
        "character": asked_as(job),
        **{
            name: None if result is None else result.get(name)
            for name in ("source", "sources", "snapshot_at", "fetched_at", "expires_at", "complete")
        },
    }
