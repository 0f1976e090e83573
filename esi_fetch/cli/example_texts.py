"""The files that ``esi-fetch examples`` writes; the project's folder ``examples`` holds the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from esi_fetch.cli.demo_order import FILE_NAME, TEXT
from esi_fetch.cli.example_notebooks import notebook_files
from esi_fetch.documents import dump_json, parse_yaml
from esi_fetch.model.files import SCHEMA_FILE

__all__ = ["ORDERS", "TABLES", "example_files"]

_PRICES = """\
# A job may stand alone in a file. Its parameters, were there any, would follow the operation.
op_id: GetMarketsPrices
name: prices
callbacks:
  # For each kind of item one row: the columns named here, and one more with the same value in each row.
  - callback_id: save_csv
    kwargs: {path: "prices-${date}.csv", fields: [type_id, average_price], extra: {source: esi}}
"""

_HISTORY = """\
# One job for each row of a table. Columns that the operation takes are its parameters (type_id), all others
# are values for paths (label). Paths of tables start in the folder of this file.
name: history
output_path: history
jobs:
  - name: from a CSV table
    op_id: GetMarketsRegionIdHistory
    for_each: tables/types.csv
    parameters: {region_id: 10000002}
    callbacks:
      - callback_id: save_csv
        kwargs: {path: "${label}.csv"}
      - callback_id: save_json
        kwargs: {path: "${region_id}-${type_id}.json"}

  # Tables may also be JSON, JSON lines or YAML. An empty cell is a value that is not given.
  - name: sell orders
    op_id: GetMarketsRegionIdOrders
    for_each: tables/places.yaml
    parameters: {order_type: sell}
    callbacks:
      - callback_id: save_jsonl
        kwargs: {path: "orders/${place}-${type_id}.jsonl"}

  # A short table may stand right here; ${row} is the number of its row.
  - name: a short table
    op_id: GetUniverseTypesTypeId
    for_each: [{type_id: 34}, {type_id: 35}]
    callbacks:
      - callback_id: save_yaml
        kwargs: {path: "types/${row}-${type_id}.yaml"}
"""

_NAMES = """\
# What is asked for can go into the body, and a table may have one body a row.
name: names
output_path: names
attributes: {kind: names}
jobs:
  - name: one body
    op_id: PostUniverseNames
    parameters: {body: [10000002, 30000142, 34, 35, 36]}
    callbacks: [{callback_id: save_csv, kwargs: {path: "${kind}.csv"}}]
  - name: a body a row
    op_id: PostUniverseNames
    for_each: tables/bodies.json
    callbacks: [{callback_id: save_json, kwargs: {path: "${kind}-of-${what}.json"}}]
"""

_CHANGES = """\
# A list that tells what has changed: each run gets what is new since the last one that ended well. The second
# one is walked back from the newest record to the oldest, and ends after ten of them.
name: changes
output_path: changes/${datetime}
jobs:
  - name: freelance-jobs
    op_id: GetFreelanceJobsListing
    since_last: true
    callbacks: [{callback_id: save_json, kwargs: {path: "${name}.json"}}]
  - name: wars
    op_id: GetWars
    max_records: 10
    callbacks: [{callback_id: save_job, kwargs: {path: "${name}.json"}}]
"""

_RECIPES = """\
# Recipes in place of operations: data sets that take several operations to know. They take names as well as
# ids, and are planned, run and kept like any other job. `esi-fetch recipe list` tells which there are.
name: recipes
output_path: recipes
jobs:
  - name: regions
    recipe: region-names
    callbacks: [{callback_id: save_csv, kwargs: {path: "${name}.csv"}}]

  # One job for each row: what two markets come to now.
  - name: markets
    recipe: market-summary
    for_each: [{region: The Forge}, {region: Domain}]
    callbacks: [{callback_id: save_csv, kwargs: {path: "${recipe}-${region}.csv"}}]

  # What was traded in ninety days, of all types of a market group.
  - name: minerals
    recipe: market-history
    parameters: {region: The Forge, market_group: Minerals, days: 90}
    callbacks: [{callback_id: save_json, kwargs: {path: "${name}-${days}-days.json"}}]
"""

ORDERS: Mapping[str, str] = {
    FILE_NAME: TEXT,
    "prices.yaml": _PRICES,
    "history.yaml": _HISTORY,
    "names.yaml": _NAMES,
    "changes.yaml": _CHANGES,
    "recipes.yaml": _RECIPES,
}
"""Job files in YAML; each is written as JSON as well."""

TABLES: Mapping[str, str] = {
    "tables/types.csv": "type_id,label\n34,Tritanium\n35,Pyerite\n36,Mexallon\n",
    "tables/places.yaml": """\
# Columns, each with its values; a list of rows would do as well.
region_id: [10000002, 10000002]
type_id: [34, 35]
place: [The Forge, The Forge]
""",
    "tables/bodies.json": """\
[
  {"what": "minerals", "body": [34, 35, 36]},
  {"what": "places", "body": [10000002, 30000142]}
]
""",
}


def example_files() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each file: tables, job files and their schema, notebooks."""
    yield from TABLES.items()
    yield SCHEMA_FILE.name, SCHEMA_FILE.read_text(encoding="utf-8")
    for name, text in ORDERS.items():
        yield name, f"# yaml-language-server: $schema={SCHEMA_FILE.name}\n{text}"
        yield name.replace(".yaml", ".json"), dump_json({"$schema": SCHEMA_FILE.name, **parse_yaml(text)})
    yield from notebook_files()
