"""What is right as it stands in job files, though perhaps not meant."""

from __future__ import annotations

from esi_fetch.cli.console import Voice, plural
from esi_fetch.cli.job_files import Inputs

__all__ = ["note"]


def note(voice: Voice, inputs: Inputs) -> None:
    """Say it, once the jobs have been checked."""
    for name in inputs.unused_values():
        voice.warn(f"--set {name}: no path names ${{{name}}}")
    for place in inputs.empty_tables():
        voice.warn(f"{place} has no rows")
    if not inputs.count:
        voice.warn("there are no jobs in it")
    elif inputs.idle:
        voice.say(f"{plural(inputs.idle, 'job')} without callbacks: the data goes into the local store alone")
    if inputs.lost:
        voice.warn(
            f"{plural(inputs.lost, 'job')} with since_last and no callbacks: what has changed goes nowhere"
        )
