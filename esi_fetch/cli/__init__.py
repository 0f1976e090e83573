"""The command line; the only room that prints."""

from esi_fetch.cli.main import main

__all__ = ["main"]
