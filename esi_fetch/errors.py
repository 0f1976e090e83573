"""Everything that can go wrong, as one tree.

::

    EsiFetchError
    ├── InputError                    what was asked for is wrong; nothing was sent
    │   ├── SettingsError
    │   ├── UnknownOperationError
    │   ├── UnknownRecipeError
    │   ├── UnknownNameError
    │   ├── ParameterError
    │   ├── CallbackArgumentError
    │   ├── TemplateError
    │   ├── OutputPathError
    │   ├── CharacterError
    │   ├── JobFileError
    │   └── JournalError
    ├── CatalogError                  an OpenAPI document or table can't be read
    ├── StoreError                    the local store can't be used
    ├── LimitsError                   what the limits are shared through can't be used
    ├── OutputWriteError              a file can't be written
    ├── SignInError                   a character could not be signed in, or out
    └── JobError                      one job's data can't be had whole
        ├── NoAnswerError             nothing usable came back
        │   ├── ConnectionFailedError
        │   ├── AttemptTimedOutError
        │   └── BrokenBodyError
        ├── AnswerError               ESI answered, but not with the data
        │   ├── UnauthorizedError     401
        │   ├── ForbiddenError        403
        │   ├── NotFoundError         404
        │   ├── ErrorLimitedError     420
        │   ├── RateLimitedError      429
        │   ├── RequestRefusedError   every other 4xx, and redirects
        │   └── ServerError           5xx
        ├── TokenError                the character's access token can't be had
        ├── IncompletePagesError      the pages do not form one snapshot
        ├── NotInStoreError           working offline, and it was never fetched
        ├── LimitWaitError            the limits would not allow it in time
        ├── DowntimeError             ESI is in its daily downtime
        ├── JobCancelledError         the run was stopped first
        ├── MaybeDoneError            it writes, and an earlier run, or a worker that died, may have done it
        └── WorkerError               an executor's workers can't do it

Every error can be pickled, so that it survives the way back from another process.
No error's text holds an access token: URLs never carry one.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from esi_fetch.model.job import Job
    from esi_fetch.model.result import Attempt

__all__ = [
    "AnswerError",
    "AttemptTimedOutError",
    "BrokenBodyError",
    "CallbackArgumentError",
    "CatalogError",
    "CharacterError",
    "ConnectionFailedError",
    "DowntimeError",
    "ErrorLimitedError",
    "EsiFetchError",
    "ForbiddenError",
    "IncompletePagesError",
    "InputError",
    "JobCancelledError",
    "JobError",
    "JobFileError",
    "JournalError",
    "LimitWaitError",
    "LimitsError",
    "MaybeDoneError",
    "NoAnswerError",
    "NotFoundError",
    "NotInStoreError",
    "OutputPathError",
    "OutputWriteError",
    "ParameterError",
    "Problem",
    "RateLimitedError",
    "RequestRefusedError",
    "ServerError",
    "SettingsError",
    "SignInError",
    "StoreError",
    "TemplateError",
    "TokenError",
    "UnauthorizedError",
    "UnknownNameError",
    "UnknownOperationError",
    "UnknownRecipeError",
    "WorkerError",
    "did_you_mean",
    "gathered",
    "reason_of",
]


def did_you_mean(word: str, known: Iterable[str], *, limit: int = 3) -> str:
    """Return `` (did you mean 'a' or 'b'?)`` for the known words nearest to *word*, or an empty text."""
    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(str(word).lower(), by_lower, n=limit, cutoff=0.6)
    if not near:
        return ""
    return " (did you mean " + " or ".join(repr(by_lower[name]) for name in near) + "?)"


def reason_of(error: Exception) -> str:
    """Return why the system refused something, without number and path: ``No space left on device``."""
    return getattr(error, "strerror", None) or str(error)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, and where.

    Attributes:
        where: The place, outermost first: ``forge.yaml: job 2 'orders': parameters.region_id``.
        what: What is wrong, with the nearest right word where there is one.
    """

    where: str
    what: str

    def below(self, place: str) -> Problem:
        """Return the same problem with *place*, unless that is empty, in front of its own place."""
        return Problem(": ".join(part for part in (place, self.where) if part), self.what)

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" if self.where else self.what


def _rebuild(cls: type[EsiFetchError], args: tuple[Any, ...], state: dict[str, Any]) -> EsiFetchError:
    error = cls.__new__(cls, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class EsiFetchError(Exception):
    """Base of every error this library raises on purpose."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions are unpickled by calling the class with ``args``; ours have keyword arguments,
        # and an exception that can't be unpickled breaks a ProcessPoolExecutor for good.
        return _rebuild, (type(self), self.args, dict(self.__dict__))


class InputError(EsiFetchError):
    """Raised when what was asked for is wrong; nothing was sent.

    Attributes:
        problems: Everything that is wrong with the input, found in one go.
    """

    def __init__(self, message: str = "", *, problems: Iterable[Problem] = ()) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems) or (Problem("", message),)
        super().__init__(message or "\n".join(str(problem) for problem in self.problems))

    def below(self, place: str) -> InputError:
        """Return an error of the same kind whose problems all have *place* in front of their own places."""
        return type(self)(problems=[problem.below(place) for problem in self.problems])


def gathered(failures: Iterable[InputError]) -> InputError:
    """Return one error with the problems of several: of their kind where they are of one."""
    every = list(failures)
    kinds = {type(error) for error in every}
    kind = kinds.pop() if len(kinds) == 1 else InputError
    return kind(problems=[problem for error in every for problem in error.problems])


class SettingsError(InputError):
    """Raised when a setting is unknown, mistyped or missing."""


class UnknownOperationError(InputError):
    """Raised when no operation of the catalog has the given name."""


class UnknownRecipeError(InputError):
    """Raised when no recipe has the given name."""


class UnknownNameError(InputError):
    """Raised when a name of the game's is nobody's, or several things'; only the name was asked about."""


class ParameterError(InputError):
    """Raised when a job's parameters do not fit its operation."""


class CallbackArgumentError(InputError):
    """Raised when a callback is unknown or its arguments do not fit it."""


class TemplateError(InputError):
    """Raised when a template names a value that does not exist, or is malformed."""


class OutputPathError(InputError):
    """Raised when an output would leave its folder, or two jobs would write the same file."""


class CharacterError(InputError):
    """Raised when an operation needs a character's token and none fits."""


class JobFileError(InputError):
    """Raised when a job file can't be read; ``problems`` lists all that is wrong with it."""


class JournalError(InputError):
    """Raised when a run's journal can't be used, or the same jobs are being run by somebody else."""


class CatalogError(EsiFetchError):
    """Raised when an OpenAPI document or a catalog table can't be read."""


class StoreError(EsiFetchError):
    """Raised when the local store can't be opened or used."""


class LimitsError(EsiFetchError):
    """Raised when the file or server that limits are shared through can't be used."""


class OutputWriteError(EsiFetchError):
    """Raised when an output file can't be written; the file that was there before is untouched."""


class SignInError(EsiFetchError):
    """Raised when a character could not be signed in or out, or what came of it is not to be trusted."""


class JobError(EsiFetchError):
    """Raised when one job's data can't be had whole.

    Attributes:
        job: The job, without a result; None for a request that belongs to no job.
        url: The URL that failed; it never holds a token.
        status: The HTTP status of the last answer; None when nothing answered.
        attempts: Every attempt made for the failed request, in order.
    """

    def __init__(
        self,
        message: str,
        *,
        job: Job | None = None,
        url: str | None = None,
        status: int | None = None,
        attempts: Iterable[Attempt] = (),
    ) -> None:
        super().__init__(message)
        self.job = job
        self.url = url
        self.status = status
        self.attempts = tuple(attempts)


class NoAnswerError(JobError):
    """Raised when no attempt brought a usable answer."""


class ConnectionFailedError(NoAnswerError):
    """Raised when the server can't be reached or drops the connection."""


class AttemptTimedOutError(NoAnswerError):
    """Raised when an attempt took longer than the ``timeout`` setting allows."""


class BrokenBodyError(NoAnswerError):
    """Raised when a body broke off, could not be unpacked, or was not JSON under a success status."""


class AnswerError(JobError):
    """Raised when ESI answered with a status that is not a success."""


class UnauthorizedError(AnswerError):
    """Raised on 401: no token, or one that ESI does not accept."""


class ForbiddenError(AnswerError):
    """Raised on 403: the token lacks a scope, or the character lacks a role."""


class NotFoundError(AnswerError):
    """Raised on 404: what the parameters name does not exist."""


class ErrorLimitedError(AnswerError):
    """Raised on 420: the error limit of this address is used up."""


class RateLimitedError(AnswerError):
    """Raised on 429: a rate-limit bucket is empty."""


class RequestRefusedError(AnswerError):
    """Raised on every other 4xx status and on redirects, which are never followed."""


class ServerError(AnswerError):
    """Raised on 5xx: ESI or the game server behind it failed."""


class TokenError(JobError):
    """Raised when a character's access token can't be had: EVE's sign-in refuses to renew it."""


class IncompletePagesError(JobError):
    """Raised when the pages of a set do not form one consistent snapshot."""


class NotInStoreError(JobError):
    """Raised when working offline and the store does not have the data."""


class LimitWaitError(JobError):
    """Raised when the limits would have made a request wait longer than its deadline."""


class DowntimeError(JobError):
    """Raised during ESI's daily downtime, when it is not to be waited for, or has lasted too long."""


class JobCancelledError(JobError):
    """Raised when the run was stopped before the job was done."""


class MaybeDoneError(JobError):
    """Raised when a job that writes may have been done: by an earlier run, or by a worker that died."""


class WorkerError(JobError):
    """Raised when the workers of an executor can't do a job: they die over it, or can't take jobs at all."""
