"""JSON schemas of OpenAPI documents, brought to one form: facts only, no references."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from esi_fetch.catalog.places import Place

__all__ = ["SchemaReader"]

# What validation, the sandbox and data frames need. The rest (texts, examples, vendor keys) is left out.
_COPIED = ("format", "enum", "default", "uniqueItems", "pattern")
_COUNTS = ("minItems", "maxItems", "minLength", "maxLength")
_BOUNDS = ("minimum", "maximum")
_TYPES = ("array", "boolean", "integer", "null", "number", "object", "string")

# The deepest chain of references in the real documents is 8; this only guards against hostile ones.
_DEEPEST = 64


class SchemaReader:
    """Reads the schemas of one document.

    Reading follows references, which are resolved once and shared; a schema that contains itself becomes
    ``{}`` (anything) where it would begin again. OpenAPI 3.0's ``nullable`` and 3.1's ``type: [x, "null"]``
    both become ``type`` with one word and ``nullable``.
    """

    def __init__(self, document: Place) -> None:
        self._document = document
        self._done: dict[str, dict[str, Any]] = {}
        self._doing: list[str] = []

    def resolve(self, place: Place) -> Place:
        """Follow the reference that stands at *place*, if any, to what it means."""
        seen: list[str] = []
        while (reference := place.find("$ref")) is not None:
            name = reference.text()
            if name in seen:
                reference.fail(f"the reference {name!r} leads back to itself")
            seen.append(name)
            place = self._target(reference)
        return place

    def _target(self, reference: Place) -> Place:
        name = reference.text()
        if not name.startswith("#/"):
            reference.fail(f"can't follow {name!r}: only references inside the document are known")
        place = self._document
        for step in name[2:].split("/"):
            found = None
            if isinstance(place.value, Mapping):
                # JSON pointers write "/" inside a name as "~1" and "~" as "~0" (RFC 6901).
                found = place.find(step.replace("~1", "/").replace("~0", "~"))
            if found is None:
                reference.fail(f"the reference {name!r} leads nowhere")
            place = found
        return place

    def read(self, place: Place, *, depth: int = 0) -> dict[str, Any]:
        """Return the schema that stands at *place*, in the one form.

        Raises:
            CatalogError: It is malformed, or a reference in it leads nowhere.
        """
        if depth > _DEEPEST:
            place.fail("schemas are nested too deeply")
        reference = place.find("$ref")
        if reference is None:
            return self._own(place, depth)
        # Beside a reference, 3.1 allows further keys and 3.0 ignores them; ESI only puts texts there.
        own = self._own(place, depth) if len(place.mapping()) > 1 else {}
        return {**self._referenced(reference, depth), **own} if own else self._referenced(reference, depth)

    def _referenced(self, reference: Place, depth: int) -> dict[str, Any]:
        name = reference.text()
        if name in self._done:
            return self._done[name]
        if name in self._doing:
            return {}
        self._doing.append(name)
        try:
            schema = self.read(self._target(reference), depth=depth + 1)
        finally:
            self._doing.pop()
        self._done[name] = schema
        return schema

    def _own(self, place: Place, depth: int) -> dict[str, Any]:
        schema: dict[str, Any] = {}
        if (part := place.find("allOf")) is not None:
            for member in part.entries():
                _merge(schema, self.read(member, depth=depth + 1))
        own = self._keywords(place)
        if (part := place.find("items")) is not None:
            own["items"] = self.read(part, depth=depth + 1)
        if (part := place.find("properties")) is not None:
            own["properties"] = {name: self.read(each, depth=depth + 1) for name, each in part.members()}
        if (part := place.find("required")) is not None:
            own["required"] = sorted(each.text() for each in part.entries())
        if (part := place.find("additionalProperties")) is not None:
            own["additionalProperties"] = (
                part.value if isinstance(part.value, bool) else self.read(part, depth=depth + 1)
            )
        _merge(schema, own)
        for keyword in ("oneOf", "anyOf"):
            if (part := place.find(keyword)) is not None:
                self._add_choices(schema, keyword, part, depth)
        return schema

    def _keywords(self, place: Place) -> dict[str, Any]:
        own: dict[str, Any] = _types(place)
        if own.get("nullable") is not True and (part := place.find("nullable")) is not None and part.flag():
            own["nullable"] = True
        for key in _COPIED:
            if (part := place.find(key)) is not None:
                own[key] = _checked(part, key)
        for key in _COUNTS:
            if (part := place.find(key)) is not None:
                own[key] = part.whole()
        for key in _BOUNDS:
            if (part := place.find(key)) is not None:
                if isinstance(part.value, bool) or not isinstance(part.value, (int, float)):
                    part.fail("expected a number")
                own[key] = part.value
        if (part := place.find("const")) is not None:
            own["enum"] = [part.value]
        return own

    def _add_choices(self, schema: dict[str, Any], keyword: str, place: Place, depth: int) -> None:
        choices = []
        for member in place.entries():
            choice = self.read(member, depth=depth + 1)
            if choice.get("type") == "null":
                schema["nullable"] = True
            else:
                choices.append(choice)
        if len(choices) == 1:
            _merge(schema, choices[0])
        elif choices:
            schema[keyword] = choices


def _types(place: Place) -> dict[str, Any]:
    part = place.find("type")
    if part is None:
        return {}
    words = [each.text() for each in part.entries()] if isinstance(part.value, list) else [part.text()]
    for word in words:
        if word not in _TYPES:
            part.fail(f"unknown type {word!r}")
    others = [word for word in words if word != "null"]
    nullable = {"nullable": True} if len(others) < len(words) and others else {}
    if len(others) > 1:
        return {"anyOf": [{"type": word} for word in others], **nullable}
    return {"type": others[0] if others else "null", **nullable}


def _checked(part: Place, key: str) -> Any:
    if key == "enum":
        return [each.value for each in part.entries()]
    if key == "uniqueItems":
        return part.flag()
    if key == "default":
        return part.value
    return part.text()


def _merge(schema: dict[str, Any], other: dict[str, Any]) -> None:
    for key, value in other.items():
        if key == "properties" and key in schema:
            schema[key] = {**schema[key], **value}
        elif key == "required" and key in schema:
            schema[key] = sorted({*schema[key], *value})
        else:
            schema[key] = value
