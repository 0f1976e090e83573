"""What tells one run from another: what is asked for, not when.

Two runs are the same when the same jobs would be done for the same ESI into the same folder; the date, the
names of the job files and ids that nobody gave do not count.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from esi_fetch.model.job import Job, MadeUpUid, WorkOrder
from esi_fetch.settings import Settings

__all__ = ["job_digest", "run_identity"]

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def run_identity(
    orders: Iterable[tuple[str, WorkOrder]], *, folder: Path, values: Mapping[str, Any], settings: Settings
) -> str:
    """Return the identity of a run, as 32 hexadecimal digits; jobs are drawn one by one.

    Args:
        orders: Work orders, each with the name of its file.
        folder: Where outputs go.
        values: Values for templates that overrule all others.
        settings: Which ESI is asked, and in which language.

    Raises:
        InputError: A table that jobs are made from is wrong.
    """
    digest = hashlib.blake2b(digest_size=16)
    where = [str(folder.absolute()), values, settings.base_url, settings.tenant, settings.language]
    digest.update(_packed(where))
    for _, order in orders:
        texts = [order.name, order.description, order.id, _given(order.uid), order.output_path]
        digest.update(_packed([*texts, order.attributes]))
        for job in order:
            digest.update(job_digest(job))
    return digest.hexdigest()


def job_digest(job: Job) -> bytes:
    """Return what tells a job from others: a digest of all that it says, of 16 bytes."""
    asked = [
        job.op_id,
        job.parameters,
        [[one.callback_id, one.kwargs] for one in job.callbacks],
        [job.name, job.description, job.id, _given(job.uid)],
        job.attributes,
        [job.character, job.since_last, job.until, job.max_records],
        None if job.row is None else [job.row.number, job.row.cells],
        *([] if job.recipe is None else [job.recipe]),
    ]
    return hashlib.blake2b(_packed(asked), digest_size=16).digest()


def _given(uid: str) -> str:
    return "" if isinstance(uid, MadeUpUid) else uid


def _packed(value: Any) -> bytes:
    try:
        return orjson.dumps(value, default=str, option=_OPTIONS)
    except TypeError:  # whole numbers of more than 64 bits, and texts that are not Unicode
        return repr(value).encode("utf-8", "backslashreplace")
