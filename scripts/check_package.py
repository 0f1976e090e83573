"""Check what ``python -m build`` made: ``python scripts/check_package.py dist``.

1. The wheel has the package as the repository tracks it, the source distribution the repository.
2. The metadata says what it should, and the long description has no link that leads nowhere.
3. Installed without extras, the wheel does what needs none, and names the extra that anything else needs.
4. The source distribution installs, and gives the same files.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tarfile
import tempfile
import venv
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from zipfile import ZipFile

from esi_fetch import __version__
from esi_fetch.sandbox import Sandbox

ROOT = Path(__file__).parent.parent

# Tracked, and of use in a checkout alone.
NOT_IN_SDIST = {".gitignore"}
# What setuptools adds.
MADE_FOR_SDIST = re.compile(r"PKG-INFO|esi_fetch\.egg-info/\w+(-\w+)?(\.txt)?")
DIST_INFO = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE", "top_level.txt"}

# What each extra brings; `all` is what users may want, the others are for those who work on the project.
USERS_EXTRAS = {"dask", "fast", "frames", "parquet", "plots", "redis", "sandbox", "sso"}
DEVELOPERS_EXTRAS = {"bench", "dev", "docs", "test"}

# Modules that are there for those who have an extra, or pytest, and what their import lacks otherwise.
NEED_MORE = {
    "esi_fetch.plots": "matplotlib",
    "esi_fetch.sandbox": "esi-fetch[sandbox]",
    "esi_fetch.store.redis_storage": "redis",
    "esi_fetch.testing": "pytest",
}
# What the installed command does without any extra, against a local ESI.
NEED_NOTHING = [
    "--version",
    "ops show GetStatus",
    "schema show",
    "recipe list",
    "auth list",
    "examples examples",
    "get GetMarketsRegionIdOrders region_id=10000002 -o orders.csv",
    "get GetMarketsRegionIdOrders region_id=10000002 --offline --format table",
    "plan examples/history.yaml",
    "run examples/history.yaml -o data --report report.json",
    "recipe run market-summary region=10000002 type=34",
    "store report",
    "limits",
]
# What asks for an extra: a command, or Python.
COMMANDS_FOR = {
    "get GetMarketsPrices -o prices.parquet": "parquet",
    "auth login --scope publicData --no-browser": "sso",
    "recipe run market-history region=10000002 type=34 --plot prices.png": "plots",
    "sandbox": "sandbox",
    "demo": "sandbox",
}
PYTHON_FOR = {
    "Esi().frame('GetMarketsPrices')": "frames",
    "Esi().run([Job('GetStatus')]).frame()": "frames",
    "Esi().login('publicData')": "sso",
    "Esi(redis_url='redis://127.0.0.1:1').get('GetStatus')": "redis",
    "history_plot(Esi(), region=10000002, type=34)": "plots",
    "from esi_fetch.sandbox import Sandbox": "sandbox",
}
IMPORT_ALL = """
import importlib, pkgutil, esi_fetch
for module in pkgutil.walk_packages(esi_fetch.__path__, "esi_fetch.", lambda name: None):
    try:
        importlib.import_module(module.name)
    except ModuleNotFoundError as error:
        print(module.name, error)
"""

# What the environment says about Python and esi_fetch is about the checkout.
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("ESI_FETCH_", "PYTHON"))}


def tracked(folder: str = ".") -> set[str]:
    """Return the files of the repository, as git knows them."""
    told = subprocess.check_output(["git", "ls-files", "-z", folder], cwd=ROOT, text=True)
    return set(told.split("\0")) - {""}


def same(found: set[str], wanted: set[str], what: str) -> None:
    """Fail with the difference, where there is one."""
    if found != wanted:
        raise SystemExit(f"{what}: missing {sorted(wanted - found)}, superfluous {sorted(found - wanted)}")


def check_files(wheel: Path, sdist: Path) -> Message:
    """Check what is in both, and return the wheel's metadata."""
    info = f"esi_fetch-{__version__}.dist-info/"
    with ZipFile(wheel) as archive:
        same(set(archive.namelist()), tracked("esi_fetch") | {info + name for name in DIST_INFO}, wheel.name)
        metadata = message_from_bytes(archive.read(info + "METADATA"))
    with tarfile.open(sdist) as tar:
        names = {member.name.partition("/")[2] for member in tar if member.isfile()}
    made = {name for name in names if MADE_FOR_SDIST.fullmatch(name)}
    same(names - made, tracked() - NOT_IN_SDIST, sdist.name)
    return metadata


def check_metadata(metadata: Message) -> None:
    """Check what an index reads."""
    assert metadata["Version"] == __version__
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.10"
    same(set(metadata.get_all("Provides-Extra", [])), USERS_EXTRAS | DEVELOPERS_EXTRAS | {"all"}, "extras")
    everything = f"esi-fetch[{','.join(sorted(USERS_EXTRAS))}]"
    required = metadata.get_all("Requires-Dist", [])
    assert [each for each in required if each.endswith('extra == "all"')] == [f'{everything}; extra == "all"']
    page = metadata.get_payload()
    assert isinstance(page, str)
    assert "pip install -q 'esi-fetch[sandbox]'" in page
    wrong = re.findall(r"\]\((?!https?://)[^)]*\)|<!--|'\.\[|\.ci/", page)
    assert not wrong, f"on the page of an index, these lead nowhere: {wrong}"


def environment(folder: Path, package: Path) -> Path:
    """Install *package* into an environment of its own, and return where its commands are."""
    venv.create(folder, with_pip=True)
    bin_ = folder / ("Scripts" if os.name == "nt" else "bin")
    pip = [str(bin_ / "python"), "-m", "pip"]
    subprocess.run([*pip, "install", "-q", str(package)], check=True, env=CLEAN)
    subprocess.run([*pip, "check"], check=True, env=CLEAN)
    return bin_


def check_without_extras(bin_: Path, work: Path) -> None:
    """Use what is installed, and look at how it fails."""
    python, command = str(bin_ / "python"), str(bin_ / "esi-fetch")

    def ran(words: list[str], url: str) -> subprocess.CompletedProcess[str]:
        env = {**CLEAN, "ESI_FETCH_BASE_URL": url, "ESI_FETCH_SSO_URL": url, "ESI_FETCH_CLIENT_ID": "sandbox"}
        env["ESI_FETCH_HOME"] = str(work / "home")
        nothing = subprocess.DEVNULL
        return subprocess.run(
            words, cwd=work, env=env, stdin=nothing, capture_output=True, text=True, timeout=120
        )

    with Sandbox() as sandbox:
        done = ran([python, "-c", IMPORT_ALL], sandbox.url)
        lacks = dict(line.split(" ", 1) for line in done.stdout.splitlines())
        same(set(lacks), set(NEED_MORE), f"modules that need more than is installed\n{done.stderr}")
        assert all(NEED_MORE[module] in text for module, text in lacks.items()), lacks
        for line in NEED_NOTHING:
            done = ran([command, *line.split()], sandbox.url)
            assert done.returncode == 0, f"esi-fetch {line}: {done.stdout}{done.stderr}"
        for line, extra in COMMANDS_FOR.items():
            done = ran([command, *line.split()], sandbox.url)
            told = done.returncode == 2 and f"pip install 'esi-fetch[{extra}]'" in done.stderr
            assert told, f"esi-fetch {line} exits {done.returncode}: {done.stderr}"
        for code, extra in PYTHON_FOR.items():
            script = f"from esi_fetch import Esi, Job\nfrom esi_fetch.recipes import history_plot\n{code}"
            done = ran([python, "-c", script], sandbox.url)
            last = done.stderr.rstrip().rpartition("\n")[2]
            assert f"pip install 'esi-fetch[{extra}]'" in last, f"{code}: {done.stderr}"


def main() -> None:
    """Check the one wheel and the one source distribution of a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dist", type=Path, help="the folder into which they were built")
    folder = parser.parse_args().dist
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    check_metadata(check_files(wheel, sdist))
    with tempfile.TemporaryDirectory() as name:
        work = Path(name).resolve()
        bin_ = environment(work / "wheel", wheel)
        check_without_extras(bin_, work)
        from_source = environment(work / "sdist", sdist)
        listed = "from importlib.metadata import files; print(*sorted(map(str, files('esi-fetch'))))"
        told = [
            subprocess.check_output([str(each / "python"), "-c", listed], text=True, env=CLEAN)
            for each in (bin_, from_source)
        ]
        same(set(told[1].split()), set(told[0].split()), "what the source distribution installs")
    print(f"{wheel.name} and {sdist.name} are as they should be")


if __name__ == "__main__":
    main()
