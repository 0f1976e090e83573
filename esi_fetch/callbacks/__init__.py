r"""What is done with a job's result: the callbacks, where they write, and how.

Importing this package registers ``save_json``, ``save_jsonl``, ``save_yaml``, ``save_csv``, ``save_parquet``
and ``save_job``.
A callback of your own is a function that takes the job and keyword arguments::

    from esi_fetch.callbacks import atomic_write, callback

    @callback("save_prices")
    def save_prices(job, *, path, limit=10):
        with atomic_write(path) as file:
            for order in job.result.data[:limit]:
                file.write(f"{order['price']}\n")
"""

from __future__ import annotations

from esi_fetch.atomic import atomic_write
from esi_fetch.callbacks.apply import output_paths, run_callbacks
from esi_fetch.callbacks.formats import format_from, write_data
from esi_fetch.callbacks.paths import collision_key, safe_output_folder, safe_output_path
from esi_fetch.callbacks.writers import save_csv, save_job, save_json, save_jsonl, save_parquet, save_yaml
from esi_fetch.model.callback import callback

__all__ = [
    "atomic_write",
    "callback",
    "collision_key",
    "format_from",
    "output_paths",
    "run_callbacks",
    "safe_output_folder",
    "safe_output_path",
    "save_csv",
    "save_job",
    "save_json",
    "save_jsonl",
    "save_parquet",
    "save_yaml",
    "write_data",
]
