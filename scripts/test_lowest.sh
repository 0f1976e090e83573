#!/usr/bin/env bash
# Run the tests with the lowest version of everything that setup.cfg allows: scripts/test_lowest.sh [TESTS…]
# On the oldest Python that is there, unless PYTHON names one: old versions have no wheels for new Pythons.
set -euo pipefail
cd "$(dirname "$0")/.."

for python in ${PYTHON:-python3.10 python3.11 python3}; do
    if "$python" --version 2>/dev/null; then break; fi
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$python" scripts/lowest_versions.py >"$work/lowest.txt"
"$python" -m venv "$work/venv"
"$work/venv/bin/pip" install -q -c "$work/lowest.txt" -e '.[all,test]'
"$work/venv/bin/pip" check
# Old versions are allowed to warn of what newer ones do otherwise.
"$work/venv/bin/python" -m pytest -q -n 2 -W ignore::DeprecationWarning "$@"
