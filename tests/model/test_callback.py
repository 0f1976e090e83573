"""Callbacks and their registry."""

import pickle
from typing import Any

import pytest

from esi_fetch.errors import CallbackArgumentError, InputError, Problem
from esi_fetch.model import callback as module
from esi_fetch.model.callback import Callback, callback, callback_problems, registered, spec_of


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Return a registry of this test's own."""
    own: dict[str, object] = {}
    monkeypatch.setattr(module, "_REGISTRY", own)
    return own


@pytest.mark.usefixtures("registry")
class TestRegistering:
    """The decorator ``callback``."""

    def test_keyword_parameters_become_arguments(self) -> None:
        """Parameters without a default are required, the others optional; the job is neither."""

        @callback("one", reads_only=True)
        def one(job: object, *, path: str, fields: object = None) -> None: ...

        spec = spec_of("one")
        assert spec.function is one
        assert (spec.required, spec.optional) == ({"path"}, {"fields"})
        assert spec.reads_only
        assert not spec.open_ended

    def test_any_keyword_may_be_taken(self) -> None:
        """A function with ``**kwargs`` accepts every argument."""

        @callback("open")
        def open_ended(job: object, **kwargs: object) -> None: ...

        assert callback_problems("open", {"anything": 1}) == []

    def test_registering_again_replaces(self) -> None:
        """The last function of a name is the one that runs, as in a notebook cell that is run again."""
        for _ in range(2):

            @callback("one")
            def one(job: object) -> None: ...

        assert spec_of("one").function is one
        assert registered() == ("one",)

    def test_names_are_listed_sorted(self) -> None:
        """``registered`` lists the names in order."""
        for name in ("b", "a"):
            callback(name)(lambda job: None)
        assert registered() == ("a", "b")

    @pytest.mark.parametrize(
        "function",
        [lambda: None, lambda *, job: None, lambda **job: None],
        ids=["none", "keyword", "any keyword"],
    )
    def test_a_function_that_takes_no_job_is_refused(self, function: object) -> None:
        """A function that can't be called with the job is a mistake, found at once."""
        with pytest.raises(TypeError, match=r"'bad'.*job as its first"):
            callback("bad")(function)

    def test_an_argument_that_has_no_name_is_refused(self) -> None:
        """A second positional-only parameter could never be given."""

        def function(job: object, path: str, /) -> None: ...

        with pytest.raises(TypeError, match=r"'bad'.*'path'"):
            callback("bad")(function)

    def test_a_check_sees_arguments_that_fit(self) -> None:
        """The registration's own check looks at values once the names are right, and not before."""
        seen: list[object] = []

        def check(kwargs: object) -> list[Problem]:
            seen.append(kwargs)
            return [Problem("kwargs.size", "is too small")]

        @callback("one", check=check, templates=["extra"])
        def one(job: object, *, size: int) -> None: ...

        assert callback_problems("one", {"size": 1}) == [Problem("kwargs.size", "is too small")]
        assert callback_problems("one", {})[0].what == "one needs this argument"
        assert seen == [{"size": 1}]
        assert spec_of("one").templates == {"extra"}


def test_a_callback_is_checked_when_it_is_built() -> None:
    """An unknown name is an error at once, with the nearest right one."""
    with pytest.raises(
        CallbackArgumentError, match=r"unknown callback 'keep_fil' \(did you mean 'keep_file'"
    ):
        Callback("keep_fil")


def test_all_problems_come_in_one_go() -> None:
    """Missing and superfluous arguments are named together."""
    with pytest.raises(CallbackArgumentError) as caught:
        Callback("keep_file", {"pth": "x", "indnt": 1})
    assert [str(problem) for problem in caught.value.problems] == [
        "kwargs.path: keep_file needs this argument",
        "kwargs.pth: keep_file has no argument 'pth' (did you mean 'path'?)",
        "kwargs.indnt: keep_file has no argument 'indnt' (did you mean 'indent'?)",
    ]


@pytest.mark.parametrize("kwargs", [None, ["path"], "path"])
def test_arguments_are_a_mapping(kwargs: object) -> None:
    """Arguments of another kind are refused in words."""
    with pytest.raises(CallbackArgumentError, match=r"kwargs: expected a dict"):
        Callback("keep_any", kwargs)


def test_a_name_of_another_kind_is_unknown() -> None:
    """A name that is not text is an unknown name, not a crash."""
    with pytest.raises(CallbackArgumentError, match="unknown callback"):
        Callback(["keep_file"])


def test_it_round_trips() -> None:
    """Plain data, JSON and pickle give back an equal callback."""
    one = Callback("keep_file", {"path": "a b/ü.json"})
    assert Callback.from_dict(one.to_dict()) == one
    assert Callback.from_json(one.to_json()) == one
    assert pickle.loads(pickle.dumps(one)) == one


def test_an_unknown_key_is_refused() -> None:
    """A misspelt key in plain data is not dropped."""
    with pytest.raises(InputError, match=r"kwrgs: unknown key \(did you mean 'kwargs'\?\)"):
        Callback.from_dict({"callback_id": "keep_any", "kwrgs": {}})


@pytest.mark.parametrize("callback_id", [None, "", " ", lambda job: None])
def test_a_callback_needs_a_name(callback_id: Any) -> None:
    """``@callback`` without a name is refused, and does not silently register nothing."""
    with pytest.raises(TypeError, match=r'@callback\("my_id"\)'):
        callback(callback_id)
