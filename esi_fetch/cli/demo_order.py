"""The work order of the demo; ``examples/market.yaml`` is the same text."""

from __future__ import annotations

__all__ = ["FILE_NAME", "TEXT"]

FILE_NAME = "market.yaml"

TEXT = """\
# What to fetch, and where to put it. Values from outside are written ${name}.
name: market
output_path: data
jobs:
  # Every page of a region's orders, as one consistent snapshot.
  - name: orders
    op_id: GetMarketsRegionIdOrders
    parameters: {region_id: 10000002}
    callbacks:
      - callback_id: save_csv
        kwargs: {path: "orders-${region_id}.csv"}

  # What was traded lately.
  - name: tritanium
    op_id: GetMarketsRegionIdHistory
    parameters: {region_id: 10000002, type_id: 34}
    callbacks: [{callback_id: save_json, kwargs: {path: "history/${name}.json"}}]
  - name: pyerite
    op_id: GetMarketsRegionIdHistory
    parameters: {region_id: 10000002, type_id: 35}
    callbacks: [{callback_id: save_json, kwargs: {path: "history/${name}.json"}}]
  - name: mexallon
    op_id: GetMarketsRegionIdHistory
    parameters: {region_id: 10000002, type_id: 36}
    callbacks: [{callback_id: save_json, kwargs: {path: "history/${name}.json"}}]

  # Names for ids: what is asked for goes into the body.
  - name: names
    op_id: PostUniverseNames
    parameters: {body: [10000002, 30000142, 34, 35, 36]}
    callbacks: [{callback_id: save_csv, kwargs: {path: names.csv}}]
"""
