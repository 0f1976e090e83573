"""The error tree: what it is, that it is drawn as it is, and that every error survives the way home."""

import copy
import errno
import pickle
import re

import pytest

from esi_fetch import errors
from esi_fetch.errors import (
    EsiFetchError,
    InputError,
    JobError,
    JobFileError,
    NotFoundError,
    ParameterError,
    Problem,
    did_you_mean,
    gathered,
    reason_of,
)
from esi_fetch.model.job import Job
from esi_fetch.model.result import Attempt


def descendants(cls: type[EsiFetchError]) -> list[type[EsiFetchError]]:
    """Return a class of this module's and all below it, depth first."""
    below = [child for child in cls.__subclasses__() if child.__module__ == errors.__name__]
    return [cls, *(kind for child in below for kind in descendants(child))]


TREE = descendants(EsiFetchError)


def test_the_tree_is_drawn_as_it_is() -> None:
    """The drawing in the module's docstring shows every error once, below its parent."""
    drawing = (errors.__doc__ or "").split("::")[1]
    parents: dict[int, str] = {}
    drawn = {}
    for indent, name in re.findall(r"^    ([│├└─ ]*)(\w+Error)\b", drawing, re.MULTILINE):
        depth = len(indent) // 4
        parents[depth] = name
        drawn[name] = parents.get(depth - 1)
    assert drawn == {
        cls.__name__: cls.__base__.__name__ if cls is not EsiFetchError and cls.__base__ else None
        for cls in TREE
    }


def test_every_error_is_public_and_says_when_it_is_raised() -> None:
    """Each error is in ``__all__`` and has a docstring of its own."""
    for cls in TREE:
        assert cls.__name__ in errors.__all__
        assert cls.__doc__
        assert cls is EsiFetchError or cls.__doc__.startswith("Raised ")


@pytest.mark.parametrize("cls", TREE)
@pytest.mark.parametrize(
    "journey", [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy]
)
def test_an_error_survives(cls: type[EsiFetchError], journey: object) -> None:
    """Text and attributes are the same after pickling and copying."""
    attempts = [Attempt(1, 504, "server error"), Attempt(2, None, "reset")]
    if issubclass(cls, JobError):
        error: EsiFetchError = cls(
            "gone", job=Job("get_status"), url="https://esi.example/status", status=404, attempts=attempts
        )
    elif issubclass(cls, InputError):
        error = cls(problems=[Problem("a", "is wrong"), Problem("b", "too")])
    else:
        error = cls("broken")
    again = journey(error)
    assert type(again) is cls
    assert str(again) == str(error)
    assert vars(again) == vars(error)


def test_a_job_error_carries_its_job() -> None:
    """The job, the URL, the status and the attempts are plain attributes."""
    job = Job("get_status")
    attempts = [Attempt(1, 404)]
    error = NotFoundError(
        "no such thing", job=job, url="https://esi.example/x", status=404, attempts=attempts
    )
    assert (error.job, error.url, error.status, error.attempts) == (
        job,
        "https://esi.example/x",
        404,
        (*attempts,),
    )
    bare = JobError("x")
    assert (bare.job, bare.url, bare.status, bare.attempts) == (None, None, None, ())


def test_an_input_error_shows_all_its_problems() -> None:
    """Its text has one line for each problem."""
    error = JobFileError(problems=[Problem("forge.yaml: job 1", "x"), Problem("", "y")])
    assert str(error) == "forge.yaml: job 1: x\ny"


def test_an_input_error_with_a_message_alone_has_one_problem() -> None:
    """``problems`` is never empty."""
    assert InputError("no").problems == (Problem("", "no"),)
    assert str(InputError("no")) == "no"


def test_problems_are_put_below_a_place() -> None:
    """An error moved below a place keeps its kind; places are joined from the outermost on."""
    error = JobFileError(problems=[Problem("job 1", "x"), Problem("", "y")])
    moved = error.below("forge.yaml")
    assert type(moved) is JobFileError
    assert str(moved) == "forge.yaml: job 1: x\nforge.yaml: y"
    assert error.below("").problems == error.problems


def test_gathered_errors_are_of_their_common_kind() -> None:
    """One error lists the problems of all, in order; its kind is theirs where they share one."""
    one, two = JobFileError("x"), ParameterError("y")
    assert type(gathered([one, one])) is JobFileError
    assert type(gathered([one, two])) is InputError
    assert str(gathered([one, two])) == "x\ny"


def test_reasons_are_the_system_s_words() -> None:
    """An error of the system gives its words alone; any other one its text."""
    assert reason_of(OSError(errno.ENOSPC, "No space left on device", "/x")) == "No space left on device"
    assert reason_of(OSError("odd")) == "odd"
    assert reason_of(ValueError("embedded null byte")) == "embedded null byte"


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("regionid", " (did you mean 'region_id'?)"),
        ("REGION_ID", " (did you mean 'region_id'?)"),
        ("type", " (did you mean 'types' or 'type_id'?)"),
        ("zzz", ""),
        (5, ""),
    ],
)
def test_the_nearest_words_are_suggested(word: str, hint: str) -> None:
    """Near words are offered, in any case, and none when none is near."""
    assert did_you_mean(word, ["region_id", "type_id", "types"]) == hint
