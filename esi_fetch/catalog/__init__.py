"""The API as data: operations and their parameters, read from OpenAPI documents or a bundled, dated table."""

from esi_fetch.catalog.catalog import Catalog
from esi_fetch.catalog.files import bundled, load_catalog, save_catalog
from esi_fetch.catalog.openapi import read_document
from esi_fetch.catalog.operation import Operation, Pagination, Parameter, RateLimit, snake_case
from esi_fetch.catalog.recipes import (
    Asker,
    Recipe,
    known_operation,
    operation_named,
    operation_of,
    recipe,
    recipe_named,
    recipes_there_are,
)
from esi_fetch.catalog.request import RequestParts, build_request
from esi_fetch.catalog.rows import with_settled_row
from esi_fetch.catalog.validation import complete_parameters, examined, parameter_problems, typed_parameters
from esi_fetch.catalog.values import value_of_text

__all__ = [
    "Asker",
    "Catalog",
    "Operation",
    "Pagination",
    "Parameter",
    "RateLimit",
    "Recipe",
    "RequestParts",
    "build_request",
    "bundled",
    "complete_parameters",
    "examined",
    "known_operation",
    "load_catalog",
    "operation_named",
    "operation_of",
    "parameter_problems",
    "read_document",
    "recipe",
    "recipe_named",
    "recipes_there_are",
    "save_catalog",
    "snake_case",
    "typed_parameters",
    "value_of_text",
    "with_settled_row",
]
