"""Pictures of market recipes, in Python and on the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from esi_fetch import Esi
from esi_fetch.errors import InputError, ParameterError
from esi_fetch.recipes import depth_plot, history_plot
from esi_fetch.sandbox import Sandbox
from esi_fetch.sandbox.goods import WITHOUT_HISTORY
from tests.cli.conftest import Invoke, invoke, place
from tests.plots.test_pictures import PNG, texts_of

__all__ = ["invoke", "place"]  # fixtures


def test_a_history_is_named_and_dated(esi: Esi, sandbox: Sandbox) -> None:
    """The panels are titled by type and region, and show the days that were asked for."""
    picture = history_plot(esi, region=["The Forge", "Domain"], type="Tritanium", days=60)
    written = texts_of(picture)
    assert "Tritanium in The Forge" in written
    assert "Tritanium in Domain" in written
    assert "2026-11-15 to 2027-01-13, 60 days with trade" in written
    # What was summed up is what is drawn: nothing is asked for twice.
    assert sandbox.count(op_id="GetMarketsRegionIdHistory") == 2
    assert "2026-01-14" in texts_of(history_plot(esi, region="Delve", type=34))
    with pytest.raises(ParameterError, match="can't go with since"):
        history_plot(esi, region="Delve", type=34, days=3, since="2026-01-01")


def test_no_history_is_drawn_as_such(esi: Esi) -> None:
    """A type without a history has an empty panel, beside the others."""
    written = texts_of(history_plot(esi, region="Delve", type=["Tritanium", WITHOUT_HISTORY]))
    assert "nothing was traded in this time" in written
    assert "Veldspar in Delve" in written


def test_a_book_is_of_a_moment(esi: Esi, sandbox: Sandbox) -> None:
    """The panels say of what moment they are; nothing is asked for twice."""
    written = texts_of(depth_plot(esi, region="The Forge", type=["Tritanium", "Pyerite"]))
    assert "Pyerite in The Forge" in written
    assert "as of 2027-01-15 08:00 UTC" in written
    assert sandbox.count(op_id="GetMarketsRegionIdOrders") == 2


def test_a_picture_has_its_limits(esi: Esi, sandbox: Sandbox) -> None:
    """More than can be read, or nothing at all, is no picture."""
    sandbox.clear()
    with pytest.raises(InputError, match="a picture shows 12 types at most, and these are 20"):
        history_plot(esi, region=["The Forge", "Domain"], type=[34, 35, 36, 37, 38, 39, 40, 587, 603, 621])
    assert sandbox.count() == 0
    with pytest.raises(InputError, match="there is nothing to draw"):
        history_plot(esi, region="The Forge", type=[])
    with pytest.raises(InputError, match="types that are named"):
        depth_plot(esi, region="The Forge", type=[])


def test_no_display_and_no_pyplot_is_needed(sandbox: Sandbox, tmp_path: Path) -> None:
    """Drawing leaves the user's own backend and figures alone."""
    script = f"""
import sys
from esi_fetch import Esi
from esi_fetch.recipes import depth_plot
with Esi(base_url={sandbox.url!r}, home={str(tmp_path)!r}) as esi:
    depth_plot(esi, region="Delve", type="Tritanium").savefig({str(tmp_path / "x.png")!r})
assert "matplotlib.pyplot" not in sys.modules
"""
    # What an old matplotlib does that its own parts have outgrown is not ours.
    warnings = ("-W", "error", "-W", "ignore::DeprecationWarning")
    subprocess.run([sys.executable, *warnings, "-c", script], check=True, timeout=120)
    assert (tmp_path / "x.png").read_bytes().startswith(PNG)


def test_the_command_line_draws(invoke: Invoke, place: Path) -> None:
    """Beside the data, a file with the picture is written, and said to be."""
    result = invoke(
        *("recipe", "run", "market-history", "--region", "Domain", "--type", "Tritanium"),
        *("--type", "Pyerite", "days=90", "--plot", "out.png"),
    )
    assert result.exit_code == 0, result.stderr
    assert (place / "out.png").read_bytes().startswith(PNG)
    assert [row["type_name"] for row in json.loads(result.stdout)] == ["Tritanium", "Pyerite"]
    assert "written to out.png" in result.stderr
    both = invoke(
        *("recipe", "run", "market-summary", "--region", "Domain", "--type", "Tritanium"),
        *("-o", "x.csv", "--plot", "depth.svg"),
    )
    assert "written to x.csv and depth.svg" in both.stderr
    assert b"<svg" in (place / "depth.svg").read_bytes()


@pytest.mark.parametrize(
    ("args", "complaint"),
    [
        (
            ("region-names", "--plot", "x.png"),
            "--plot: there are pictures of market-history and market-summary",
        ),
        (
            ("market-summary", "--region", "Domain", "--plot", "x.png"),
            "--plot: a picture shows types that are",
        ),
        (
            ("market-history", "--region", "Domain", "--type", "34", "--plot", "x.gif"),
            "--plot: pictures are written as .png and .svg, and not as .gif",
        ),
        (
            ("market-history", "--region", "Domain", "--type", "34", "--plot", "no/x.png", "-o", "no/x.png"),
            "-o",
        ),
        (("market-history", "--region", "Domain", "--type", "34", "--plot", "."), "--plot"),
    ],
)
def test_what_can_not_be_drawn_is_said_before_anything_is_sent(
    invoke: Invoke, sandbox: Sandbox, args: tuple[str, ...], complaint: str
) -> None:
    """A picture that is not to be had costs no request."""
    result = invoke("recipe", "run", *args)
    assert result.exit_code == 2
    assert complaint in result.stderr
    assert sandbox.count() == 0


def test_too_many_panels_on_the_command_line(invoke: Invoke, place: Path) -> None:
    """How many types there are may be known late; then nothing is written."""
    result = invoke(
        *("recipe", "run", "market-history", "--region", "Domain", "--region", "Delve"),
        *("market_group=Minerals", "--plot", "x.png"),
    )
    assert result.exit_code == 2
    assert "error: --plot: a picture shows 12 types at most" in result.stderr
    assert not (place / "x.png").exists()


def test_details_that_can_not_be_had(invoke: Invoke, place: Path) -> None:
    """A picture may need what the data set does not hold; where that is not to be had, it is said."""
    asked = ("recipe", "run", "market-summary", "--region", "Domain", "--type", "Tritanium")
    assert invoke(*asked).exit_code == 0
    assert invoke("store", "purge", "--operation", "GetMarketsRegionIdOrders").exit_code == 0
    result = invoke(*asked, "--offline", "--plot", "x.png")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error: --plot: offline, and /markets/10000043/orders" in result.stderr
    assert list(place.iterdir()) == []


def test_without_matplotlib_it_is_said_what_is_missing(esi: Esi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not installed the extra is told its name."""
    for name in [name for name in sys.modules if name.startswith(("matplotlib", "esi_fetch.plots"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"pictures need matplotlib: pip install 'esi-fetch\[plots\]'"):
        depth_plot(esi, region="The Forge", type=34)
