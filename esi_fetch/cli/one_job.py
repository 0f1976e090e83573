"""One job, fetched and told about: what ``get`` and ``recipe run`` have in common."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from esi_fetch.catalog import Operation
from esi_fetch.cli.client import Client, client
from esi_fetch.cli.console import Voice, printable
from esi_fetch.cli.exits import OK, status_of_failure
from esi_fetch.cli.outputs import deliver
from esi_fetch.cli.progress import progress
from esi_fetch.cli.summary import staleness
from esi_fetch.columns import layout_of, provenance
from esi_fetch.errors import InputError, Problem
from esi_fetch.model.job import Job
from esi_fetch.model.result import Result

__all__ = ["fetched", "hand_over"]

# What is wrong with a name can't be known before ESI is asked about it; it is wrong input all the same.
_WRONG_NAME = "UnknownNameError"


@contextlib.contextmanager
def fetched(
    voice: Voice, job: Job, *, refresh: bool, offline: bool, **how: Any
) -> Iterator[tuple[Client, Result]]:
    """Fetch a job, and warn of what is to be known about its data; end the command where there is none.

    Around the block stands what it is done with: what could not be written comes again with the next
    ``--since-last``.

    Args:
        voice: Says what is wrong.
        job: The job.
        refresh: Whether ESI is asked even for what has not expired.
        offline: Whether nothing may be sent.
        **how: Arguments of :func:`~esi_fetch.cli.client.client`.

    Raises:
        InputError: A setting or the job is wrong, or a name in it is nobody's.
    """
    with contextlib.ExitStack() as stack:
        with progress(voice, only_if_long=True) as bars:
            opened = stack.enter_context(client(voice, observers=bars, offline=offline, **how))
            result = stack.enter_context(opened.esi.fetched(job, refresh=refresh)).result
        assert result is not None  # noqa: S101 - a job that was fetched has one
        if result.error is not None and result.error.type == _WRONG_NAME:
            raise InputError(problems=[Problem("", line) for line in result.error.message.splitlines()])
        if result.error is not None:
            voice.complain(f"{job.subject}: {printable(result.error.message)}")
            status = status_of_failure(opened.tally.snapshot(), errors=[result.error])
            raise click.exceptions.Exit(status)
        for warning in filter(None, (staleness(result, offline=offline), *result.remarks)):
            voice.warn(printable(warning))
        yield opened, result


def hand_over(job: Job, result: Result, operation: Operation, *, fmt: str, output: Path | None) -> None:
    """Write the data of a result; end the command where its reader has seen enough."""
    data = result.data if result.rows is None else result.rows
    attrs = provenance(job.with_result(result), operation)
    if not deliver(data, fmt=fmt, output=output, layout=layout_of(operation, result), attrs=attrs):
        # Out of the delivery: the reader may as well have crashed.
        raise click.exceptions.Exit(OK)
