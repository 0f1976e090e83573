"""Keeping data sets: what was computed from ESI's answers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from esi_fetch.store.data_sets import (
    Category,
    DataSet,
    data_set_key,
    data_set_of_row,
    packed,
    plain_names,
    plain_parameters,
)
from esi_fetch.store.keeping import Keeping

__all__ = ["DataSetKeeping"]

log = logging.getLogger("esi_fetch.store")


class DataSetKeeping(Keeping):
    """Keeps data sets."""

    origin: str

    def save_data_set(
        self,
        name: str,
        data: Any,
        *,
        category: Category | str,
        made_from: Iterable[str],
        parameters: Mapping[str, Any] | None = None,
        character: int | None = None,
        expires_at: float | None = None,
        about: Mapping[str, Any] | None = None,
    ) -> bool:
        """Keep a data set in place of the one with this name, these parameters and this character, if any.

        Args:
            name: What it is: ``region-names``.
            data: The data: anything that JSON knows.
            category: What makes it out of date.
            made_from: The operations it was computed from.
            parameters: What it was made for.
            character: Whose private data is in it; None for public data.
            expires_at: Until when it counts as fresh, in seconds since the epoch on the local clock; None
                when it stays so until it is made again.
            about: What else is to be known of it; it comes back with it.

        Returns:
            Whether it could be written.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
            TypeError: The data, a parameter or what is said about it is nothing that JSON knows.
            ValueError: There is no such category.
        """
        asked = plain_parameters(parameters)
        key = data_set_key(name=name, parameters=asked, character=character, origin=self.origin)
        wire, decoded_size = packed(data)
        row = (
            name,
            asked,
            character,
            self.origin,
            Category(category).value,
            plain_names(made_from),
            self._clock.now(),
            expires_at,
            len(data) if isinstance(data, (list, tuple)) else 1,
            decoded_size,
            plain_parameters(about) if about else None,
            wire,
        )
        return self._write(lambda storage: storage.keep_data_set(key, row))

    def find_data_set(
        self, name: str, parameters: Mapping[str, Any] | None = None, *, character: int | None = None
    ) -> DataSet | None:
        """Return a data set with its data, fresh or not; None when there is none that can be read.

        Args:
            name: What it is.
            parameters: What it was made for.
            character: Whose private data it holds; what is one character's is not found for another.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
            TypeError: A parameter is nothing that JSON knows.
        """
        asked = plain_parameters(parameters)
        key = data_set_key(name=name, parameters=asked, character=character, origin=self.origin)
        row: Sequence[Any] | None = self._attempt(
            "read", lambda storage: storage.data_set(key), otherwise=None
        )
        if row is None:
            return None
        found = data_set_of_row(key, row)
        if found is None:
            log.warning("data set %s %s of %r can't be used and has to be made again", name, asked, self)
        return found

    def data_sets(self, *, name: str | None = None, category: Category | str | None = None) -> list[DataSet]:
        """Return the data sets there are, without their data, by name and parameters.

        A file that is not there is not made; what can't be read is left out.

        Args:
            name: Only those of this name.
            category: Only those of this category.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
            ValueError: There is no such category.
        """
        found = [data_set for _, data_set in self._kept(name, category)]
        return sorted(found, key=lambda data_set: data_set.place)

    def drop_data_sets(
        self,
        *,
        name: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        category: Category | str | None = None,
        character: int | None = None,
    ) -> int:
        """Delete data sets; return how many.

        Args:
            name: Only those of this name.
            parameters: Only those made for exactly these.
            category: Only those of this category.
            character: Only those that hold this character's private data.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
            ValueError: There is no such category.
        """
        asked = None if parameters is None else plain_parameters(parameters)
        keys = [
            key
            for key, data_set in self._kept(name, category)
            if (asked is None or plain_parameters(data_set.parameters) == asked)
            and (character is None or data_set.character == character)
        ]
        if not keys:
            return 0
        nothing: list[str] = []
        return len(
            self._attempt("written", lambda storage: storage.erase("data_sets", keys), otherwise=nothing)
        )

    def _kept(self, name: str | None, category: Category | str | None) -> list[tuple[str, DataSet]]:
        kind = None if category is None else Category(category)
        if not self.exists:
            return []
        nothing: list[tuple[str, tuple[Any, ...]]] = []
        rows = self._attempt("read", lambda storage: storage.data_sets(name), otherwise=nothing)
        return [
            (key, data_set)
            for key, row in rows
            if (data_set := data_set_of_row(key, row)) is not None
            and data_set.origin == self.origin
            and (kind is None or data_set.category is kind)
        ]
