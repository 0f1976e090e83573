"""Settings: their sources, their order, and everything that can be wrong with them."""

import dataclasses
import errno
import inspect
import os
import re
from datetime import date
from pathlib import Path

import platformdirs
import pytest

from esi_fetch import Esi
from esi_fetch.errors import SettingsError
from esi_fetch.setting_values import READERS, is_loopback
from esi_fetch.settings import Settings, config_path, environment_secret, load_settings, user_agent_problem


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give each test an environment without settings, and folders of its own."""
    for variable in os.environ:
        if variable.startswith("ESI_FETCH_"):
            monkeypatch.delenv(variable)
    monkeypatch.setattr(platformdirs, "user_config_dir", lambda *names, **options: str(tmp_path / "config"))
    monkeypatch.setattr(platformdirs, "user_data_dir", lambda *names, **options: str(tmp_path / "data"))


def test_every_setting_has_its_field_its_reader_and_its_argument() -> None:
    """What ``Settings`` has can be set from files, the environment and a script alike."""
    names = {each.name for each in dataclasses.fields(Settings)} - {"config_file"}  # where the others are
    assert READERS.keys() == names
    assert names <= inspect.signature(Esi).parameters.keys()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Return the path of the configuration file, in a folder that exists."""
    (tmp_path / "config").mkdir()
    return tmp_path / "config" / "config.yaml"


def complaints(**arguments: object) -> list[str]:
    """Return what is said about the settings."""
    with pytest.raises(SettingsError) as caught:
        load_settings(**arguments)
    return [str(problem) for problem in caught.value.problems]


class TestSources:
    """Where settings come from."""

    def test_defaults(self, tmp_path: Path) -> None:
        """Without any source the documented defaults hold, and nothing is written."""
        assert load_settings() == Settings(
            user_agent=None,
            home=tmp_path / "data",
            base_url="https://esi.evetech.net",
            sso_url="https://login.eveonline.com",
            client_id=None,
            workers=16,
            compatibility_date=None,
            timeout=30.0,
            retries=4,
            max_stale=604_800.0,
            max_wait=3_600.0,
            burst=0.9,
            reserve=0.0,
            hidden_limits={},
            remember_refusals=900.0,
            language="en",
            tenant="tranquility",
            redis_url=None,
            config_file=tmp_path / "config" / "config.yaml",
        )
        assert list(tmp_path.iterdir()) == []

    def test_each_overrules_the_one_before(self, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """File, environment, arguments: the later one counts; None is not given."""
        config.write_text("workers: 2\nretries: 2\ntimeout: 2\nlanguage: de\n")
        monkeypatch.setenv("ESI_FETCH_RETRIES", "3")
        monkeypatch.setenv("ESI_FETCH_TIMEOUT", "3s")
        settings = load_settings(timeout=4, workers=None)
        assert (settings.workers, settings.retries, settings.timeout, settings.language) == (2, 3, 4.0, "de")

    def test_every_setting_can_be_in_the_environment(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """The variables are the names in capitals, after ESI_FETCH_."""
        given = {
            "USER_AGENT": "my/1.0 (me@example.com)",
            "HOME": str(tmp_path / "höme"),
            "BASE_URL": "http://127.0.0.1:8000/",
            "SSO_URL": "http://localhost:8001",
            "CLIENT_ID": "abc123",
            "WORKERS": " 8 ",
            "COMPATIBILITY_DATE": "2026-08-18",
            "TIMEOUT": "1.5",
            "RETRIES": "0",
            "MAX_STALE": "2h",
            "MAX_WAIT": "15m",
            "BURST": "80%",
            "RESERVE": "0.2",
            "HIDDEN_LIMITS": "GetStatus=300/1m, GetMarketsRegionIdHistory=off",
            "REMEMBER_REFUSALS": "5m",
            "DOWNTIME": "Fail",
            "REDIS_URL": "redis://:secret@host:6379/0",
            "LANGUAGE": "DE",
            "TENANT": "singularity",
        }
        for name, value in given.items():
            monkeypatch.setenv(f"ESI_FETCH_{name}", value)
        assert load_settings() == Settings(
            user_agent="my/1.0 (me@example.com)",
            home=tmp_path / "höme",
            base_url="http://127.0.0.1:8000",
            sso_url="http://localhost:8001",
            client_id="abc123",
            workers=8,
            compatibility_date="2026-08-18",
            timeout=1.5,
            retries=0,
            max_stale=7200.0,
            max_wait=900.0,
            burst=0.8,
            reserve=0.2,
            hidden_limits={"GetStatus": (300, 60.0), "GetMarketsRegionIdHistory": None},
            remember_refusals=300.0,
            downtime="fail",
            redis_url="redis://:secret@host:6379/0",
            language="de",
            tenant="singularity",
            config_file=tmp_path / "höme" / "config.yaml",
        )

    def test_every_setting_can_be_in_the_file(self, config: Path, tmp_path: Path) -> None:
        """Names are those of the arguments; dates need no quotes, and a null is not given."""
        config.write_text(
            "user_agent: my/1.0 (me@example.com)\nhome: there\nbase_url: https://esi.example/tq/\n"
            "compatibility_date: 2026-08-18\nmax_stale: 0\nclient_id:\n"
        )
        settings = load_settings()
        assert settings.user_agent == "my/1.0 (me@example.com)"
        assert settings.home == tmp_path / "config" / "there"
        assert settings.base_url == "https://esi.example/tq"
        assert (settings.compatibility_date, settings.max_stale, settings.client_id) == (
            "2026-08-18",
            0.0,
            None,
        )

    def test_hidden_limits_are_a_mapping_in_the_file(self, config: Path) -> None:
        """Each operation has requests and window, or is off, which YAML reads as false."""
        config.write_text("hidden_limits:\n  GetStatus: 300/1m\n  GetWars: off\n  GetAlliances:\n")
        settings = load_settings(hidden_limits=None)
        assert settings.hidden_limits == {"GetStatus": (300, 60.0), "GetWars": None, "GetAlliances": None}
        assert load_settings(hidden_limits={"A": (3, 2.5)}).hidden_limits == {"A": (3, 2.5)}

    def test_an_empty_variable_counts_for_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A variable is taken back by emptying it."""
        monkeypatch.setenv("ESI_FETCH_WORKERS", "")
        monkeypatch.setenv("ESI_FETCH_HOME", " ")
        assert load_settings().workers == 16

    def test_variables_of_other_rooms_are_left_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Variables for tokens are no settings, and no mistakes; nor are those of others."""
        for name in (
            "ESI_FETCH_REFRESH_TOKEN",
            "ESI_FETCH_CLIENT_SECRET",
            "_ESI_FETCH_COMPLETE",
            "ESI_TIMEOUT",
        ):
            monkeypatch.setenv(name, "x")
        assert load_settings().workers == 16

    @pytest.mark.parametrize("how", ["environment", "argument"])
    def test_a_home_holds_its_own_configuration(
        self, how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: Path
    ) -> None:
        """With a home that is named, the file lies there, and the user's own is not read."""
        config.write_text("workers: 2\n")
        home = tmp_path / "home"
        home.mkdir()
        (home / "config.yaml").write_text("retries: 1\n")
        arguments = {"home": home} if how == "argument" else {}
        if how == "environment":
            monkeypatch.setenv("ESI_FETCH_HOME", str(home))
        settings = load_settings(**arguments)
        assert (settings.home, settings.retries, settings.workers) == (home, 1, 16)
        assert settings.config_file == config_path(home) == home / "config.yaml"

    def test_a_tilde_is_the_users_folder(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """``~`` is expanded, and a relative home is made absolute."""
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        monkeypatch.chdir(tmp_path)
        assert load_settings(home="~/x").home == load_settings(home="x").home == tmp_path / "x"


class TestProblems:
    """What is said about wrong settings."""

    def test_a_home_that_may_not_be_entered_is_a_problem(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A folder of somebody else is said to be one, wherever it is named."""

        def refuse(self: Path, **options: object) -> bool:
            raise PermissionError(errno.EACCES, "Permission denied", str(self))

        monkeypatch.setattr(Path, "exists", refuse)  # permissions do not hold root back
        monkeypatch.setenv("ESI_FETCH_HOME", str(tmp_path / "others"))
        with pytest.raises(
            SettingsError, match=r"ESI_FETCH_HOME: .*others' can't be used: Permission denied"
        ):
            load_settings()

    def test_all_come_in_one_go_and_name_their_source(
        self, config: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every source is checked, also where another one overrules it."""
        config.write_text("wrokers: 3\ntimeout: soon\n")
        monkeypatch.setenv("ESI_FETCH_WORKERS", "many")
        monkeypatch.setenv("ESI_FETCH_USERAGENT", "x")
        monkeypatch.setenv("ESI_FETCH_XYZ", "x")
        said = complaints(retries=-1, workers=4, worker=4)
        assert said == [
            "environment ESI_FETCH_USERAGENT: unknown setting (did you mean 'ESI_FETCH_USER_AGENT'?)",
            "environment ESI_FETCH_XYZ: unknown setting",
            f"{config}: wrokers: unknown setting (did you mean 'workers'?)",
            f"{config}: timeout: expected a duration such as 90s, 15m, 2h or 7d, or a number of seconds;"
            " found 'soon'",
            "environment ESI_FETCH_WORKERS: expected a whole number from 1 to 256, found 'many'",
            "argument retries: expected a whole number from 0 to 20, found -1",
            "argument worker: unknown setting (did you mean 'workers'?)",
        ]

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("workers: 1\nworkers: 2", "line 2, column 1: the key 'workers' is given twice in one mapping"),
            ("workers: [1", "line 2, column 1: this is not YAML"),
            ("- workers", "expected settings, one 'name: value' a line"),
            ("just text", "expected settings, one 'name: value' a line"),
        ],
    )
    def test_a_broken_file_is_named_with_its_line(self, config: Path, text: str, complaint: str) -> None:
        """A file that can't be read says where and why."""
        config.write_text(text + "\n")
        (said,) = complaints()
        assert said.startswith(f"{config}: {complaint}")

    def test_an_empty_file_is_fine(self, config: Path) -> None:
        """A file of comments alone sets nothing."""
        config.write_text("# workers: 8\n")
        assert load_settings().workers == 16

    def test_an_unreadable_file_is_named(self, config: Path) -> None:
        """A file that is there and can't be opened is an error, unlike one that is missing."""
        config.mkdir()
        (said,) = complaints()
        assert said.startswith(f"{config}: can't be read: ")

    @pytest.mark.parametrize(
        ("name", "value", "complaint"),
        [
            ("workers", 0, "expected a whole number from 1 to 256, found 0"),
            ("workers", 257, "expected a whole number from 1 to 256, found 257"),
            ("workers", True, "expected a whole number from 1 to 256, found True"),
            ("workers", 2.5, "expected a whole number from 1 to 256, found 2.5"),
            ("timeout", 0, "expected more than 0 seconds and at most an hour, found 0"),
            ("timeout", "2h", "expected more than 0 seconds and at most an hour, found '2h'"),
            ("max_stale", -1, "expected a duration such as 90s"),
            ("compatibility_date", "2026-02-30", "expected a date such as 2026-08-18, found '2026-02-30'"),
            ("compatibility_date", "20260818", "expected a date such as 2026-08-18, found '20260818'"),
            ("compatibility_date", 20260818, "expected text, found 20260818"),
            ("language", "dee", "expected one of de, en, es, fr, ja, ko, ru, zh; found 'dee'"),
            ("tenant", "tranquility\r\nX: y", "expected one word"),
            ("client_id", "a b", "expected one word"),
            ("user_agent", "me\r\nX-Evil: 1", "holds characters that no HTTP header can carry"),
            ("user_agent", "Händler (me@example.com)", "use plain ASCII"),
            ("user_agent", "  ", "is empty"),
            ("user_agent", 5, "expected text, found 5"),
            ("home", 5, "expected a folder, found 5"),
            ("home", "", "expected a folder, found ''"),
            ("home", "a\0b", "expected a folder, found"),
            ("home", b"bytes", "expected a folder"),
            ("home", __file__, "is a file; name a folder"),
            ("redis_url", "http://:secret@host", "expected a URL such as redis://localhost:6379/0"),
            ("redis_url", "redis://:secret@host:port", "expected a URL such as redis://localhost:6379/0"),
            ("redis_url", "redis://:secret@ho st", "expected a URL such as redis://localhost:6379/0"),
            ("redis_url", "redis://h?adress=secret", "unknown option after '?' (did you mean 'address'?)"),
            ("redis_url", "redis://", "expected a URL such as redis://localhost:6379/0"),
            ("burst", "110%", "expected a share from 0 to 1"),
            ("burst", True, "expected a share from 0 to 1"),
            ("reserve", "100%", "nothing would be left to send with"),
            ("reserve", -0.1, "expected a share from 0 to 1"),
            ("hidden_limits", 5, "expected limits by operation"),
            (
                "hidden_limits",
                {"GetStatus": "often"},
                "GetStatus: expected requests and window",
            ),
            ("downtime", "sleep", "expected one of wait, fail, ignore; found 'sleep'"),
            ("remember_refusals", "soon", "expected a duration"),
        ],
    )
    def test_each_mistake_is_explained(self, name: str, value: object, complaint: str) -> None:
        """A wrong value is named with what would be right."""
        (said,) = complaints(**{name: value})
        assert said.startswith(f"argument {name}: ")
        assert complaint in said
        assert "secret" not in said

    @pytest.mark.parametrize(
        ("url", "complaint"),
        [
            ("esi.evetech.net", "expected a URL such as https://esi.evetech.net"),
            ("ftp://esi.evetech.net", "expected a URL such as"),
            ("https://", "expected a URL such as"),
            ("https://esi example", "expected a URL such as"),
            ("https://esi.\nexample", "expected a URL such as"),
            ("https://esi.example:port", "is not a URL"),
            ("https://[::1", "is not a URL"),
            ("https://me:secret@esi.example", "a URL with a user name or password is not accepted"),
            ("https://esi.example?token=x", "has a query or a fragment"),
            ("https://esi.example#x", "has a query or a fragment"),
            (
                "http://esi.evetech.net",
                "is not encrypted, so that tokens could be read on the way; use https://",
            ),
            ("http://127.0.0.1.evil.example", "is not encrypted"),
            ("http://localhost.evil.example", "is not encrypted"),
        ],
    )
    @pytest.mark.parametrize("name", ["base_url", "sso_url"])
    def test_urls_that_are_refused(self, name: str, url: str, complaint: str) -> None:
        """Only whole, safe URLs are accepted, and no password is repeated."""
        (said,) = complaints(**{name: url})
        assert said.startswith(f"argument {name}: ")
        assert complaint in said
        assert "secret" not in said


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://ESI.evetech.net/", "https://esi.evetech.net"),
        ("HTTPS://esi.example:8443/tq//", "https://esi.example:8443/tq"),
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("http://[::1]:5000/", "http://[::1]:5000"),
        ("http://localhost", "http://localhost"),
        (" http://esi.localhost:1 ", "http://esi.localhost:1"),
    ],
)
def test_urls_are_kept_in_one_spelling(given: str, kept: str) -> None:
    """Slashes at the end, capitals in the host and blanks around do not count."""
    assert load_settings(base_url=given).base_url == kept


@pytest.mark.parametrize(
    ("url", "loopback"),
    [
        ("http://127.8.9.1:80", True),
        ("http://[::1]", True),
        ("https://localhost:1", True),
        ("https://esi.evetech.net", False),
        ("http://0.0.0.0", False),
        ("http://2130706433", False),
        ("nonsense", False),
    ],
)
def test_loopback_is_this_machine_alone(url: str, loopback: bool) -> None:
    """Only addresses that never leave the machine count."""
    assert is_loopback(url) is loopback


def test_a_date_may_be_a_date() -> None:
    """A ``datetime.date`` is as good as its text."""
    assert load_settings(compatibility_date=date(2026, 8, 18)).compatibility_date == "2026-08-18"


def test_settings_are_frozen_and_show_no_secrets() -> None:
    """They can't be changed, and their representation can be logged."""
    settings = Settings(redis_url="redis://:secret@host")
    assert "secret" not in repr(settings)
    with pytest.raises(AttributeError):
        settings.workers = 5


class TestUserAgent:
    """``user_agent_problem``: who may send to the real ESI."""

    @pytest.mark.parametrize(
        "agent",
        [
            "my-scripts/1.0 (me@example.com)",
            "my-scripts/1.0 (+https://example.com/scripts)",
            "my-scripts (discord:someone)",
            "my-scripts (eve: Some Pilot)",
        ],
    )
    def test_a_contact_is_enough(self, agent: str) -> None:
        """An e-mail address, a URL, or a name on Discord or in EVE is a contact."""
        assert user_agent_problem(load_settings(user_agent=agent)) is None

    @pytest.mark.parametrize(
        "agent", [None, "python-requests/2.34.2", "my-scripts/1.0 (me@home)", "achieve:"]
    )
    def test_without_one_nothing_may_be_sent(self, agent: str | None, tmp_path: Path) -> None:
        """The problem says what to do, in Python, in the shell and in the file."""
        problem = user_agent_problem(load_settings(user_agent=agent))
        assert problem is not None
        assert problem.where == "user_agent"
        for remedy in (
            'Esi("my-scripts/1.0',
            "ESI_FETCH_USER_AGENT",
            str(tmp_path / "config" / "config.yaml"),
        ):
            assert remedy in problem.what
        assert agent is None or agent in problem.what

    def test_a_loopback_server_needs_none(self) -> None:
        """Who talks to this machine alone need not say who it is."""
        assert user_agent_problem(load_settings(base_url="http://127.0.0.1:1")) is None

    def test_the_advice_is_for_the_file_that_is_read(self, tmp_path: Path) -> None:
        """With a home of its own, the file to write to is the one there."""
        problem = user_agent_problem(load_settings(home=tmp_path / "h"))
        assert problem is not None
        assert re.search(re.escape(str(tmp_path / "h" / "config.yaml")), problem.what)


@pytest.mark.parametrize("url", ["http://localhost:9000/back", "https://localhost/callback", "eve://x"])
def test_callback_is_a_url_of_the_web(url: str) -> None:
    """A callback is what is registered with the application, letter for letter; other schemes are refused."""
    if url.startswith("http"):
        assert load_settings(callback_url=url).callback_url == url
    else:
        with pytest.raises(SettingsError, match="argument callback_url: expected a URL such as"):
            load_settings(callback_url=url)


@pytest.mark.parametrize(
    "url", ["", "http://", "http://localhost:0/x", "http://localhost:x/", "http://h/?a=b", "http://a b/", 5]
)
def test_what_can_be_no_callback(url: object) -> None:
    """What browsers could not be sent back to is refused."""
    with pytest.raises(SettingsError, match="callback_url"):
        load_settings(callback_url=url)


def test_folder_of_tokens_is_relative_to_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative folder of tokens in the configuration file lies beside it; there is none by default."""
    monkeypatch.setenv("ESI_FETCH_HOME", str(tmp_path))
    assert load_settings().token_dir is None
    (tmp_path / "config.yaml").write_text("token_dir: tokens")
    assert load_settings().token_dir == tmp_path / "tokens"


def test_secrets_are_of_the_environment_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refresh token and client secret are no settings: no file, argument or repr has them."""
    for name in ("ESI_FETCH_REFRESH_TOKEN", "ESI_FETCH_CLIENT_SECRET"):
        assert environment_secret(name) is None
        monkeypatch.setenv(name, " hush\n")
        assert environment_secret(name) == "hush"
        with pytest.raises(SettingsError, match="unknown setting"):
            load_settings(**{name.removeprefix("ESI_FETCH_").lower(): "hush"})
    assert "hush" not in repr(load_settings())
