"""``python -m esi_fetch``: the command line, where its script is not on the path."""

from esi_fetch.cli import main

if __name__ == "__main__":
    main(prog_name="esi-fetch")
