"""From a method and a path to the operation they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import Map, Rule

from esi_fetch.catalog.operation import Operation
from esi_fetch.sandbox.asks import RefusedError

__all__ = ["Router"]

# /latest/status, /v1/status and the like still answer, in the form of the oldest compatibility date.
_VERSION = re.compile(r"/(?:latest|legacy|dev|v\d+)(?=/)")


class Router:
    """Finds operations by what a request line says; made once, then only read."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._operations: dict[str, Operation] = {operation.op_id: operation for operation in operations}
        rules = [
            Rule(
                operation.path.replace("{", "<").replace("}", ">"),
                endpoint=operation.op_id,
                methods=[operation.method],
                strict_slashes=False,
            )
            for operation in self._operations.values()
        ]
        self._match = Map(rules, merge_slashes=False).bind("sandbox").match

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str], bool]:
        """Return the operation, its path parameters as texts, and whether the path has a version in front.

        Raises:
            RefusedError: 404 or 405.
        """
        plain = _VERSION.sub("", path, count=1) if _VERSION.match(path) else path
        try:
            op_id, parameters = self._match(plain, method)
        except MethodNotAllowed as error:
            allow = ",".join(sorted(error.valid_methods or ()))
            raise RefusedError(405, "Method not allowed.", headers={"Allow": allow}) from None
        except NotFound:
            raise RefusedError(404, f"{path} is no path of this API.") from None
        return self._operations[op_id], parameters, plain is not path
