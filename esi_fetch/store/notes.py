"""What a store keeps beside the answers: how far lists have been read, and what ESI has refused."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from esi_fetch.store.bookmarks import KeptBookmark
from esi_fetch.store.keeping import Keeping
from esi_fetch.store.refusals import Refusal

__all__ = ["NoteKeeping"]


class NoteKeeping(Keeping):
    """Keeps bookmarks and refusals."""

    def bookmark(self, key: str, *, max_age_s: float | None = None) -> str | None:
        """Return how far somebody has read who goes on from there the next time; None when nobody has.

        Args:
            key: What is read.
            max_age_s: Only a bookmark that was kept at most so many seconds ago; None for any.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        since = -math.inf if max_age_s is None else self._clock.now() - max_age_s
        found: str | None = self._attempt(
            "read", lambda storage: storage.bookmark(key, kept_since=since), otherwise=None
        )
        return found

    def set_bookmark(
        self,
        key: str,
        value: str,
        *,
        replace: bool = True,
        op_id: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        character: int | None = None,
    ) -> bool:
        """Keep how far somebody has read.

        Args:
            key: What is read.
            value: From where to go on.
            replace: Whether it takes the place of one that is there already.
            op_id: The operation that is read.
            parameters: Its parameters.
            character: Whose list it is; None for a public one.

        Returns:
            Whether it could be written.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        about = KeptBookmark(key, op_id, parameters, character, kept_at=self._clock.now())
        return self._write(lambda storage: storage.set_bookmark(about, value, replace=replace))

    def find_refusal(self, key: str) -> Refusal | None:
        """Return the refusal that is kept under *key*, however old; None when there is none.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        found: Refusal | None = self._attempt("read", lambda storage: storage.refusal(key), otherwise=None)
        return found

    def save_refusal(self, refusal: Refusal, *, forget_before: float) -> bool:
        """Keep a refusal in place of the one that has its key, if any.

        Args:
            refusal: The refusal.
            forget_before: Those that were answered before this moment are deleted.

        Returns:
            Whether it could be written.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        return self._write(lambda storage: storage.keep_refusal(refusal, forget_before=forget_before))

    def drop_refusal(self, key: str) -> None:
        """Forget the refusal that is kept under *key*, if any.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        self._write(lambda storage: storage.drop_refusal(key))

    def recent_refusals(self, keys: Sequence[str], *, after: float, until: float) -> set[str]:
        """Return those keys whose refusals were answered after one moment, and not after another.

        A file that is not there is not made.

        Raises:
            StoreError: The file is of a newer version, or another program's database.
        """
        if not self.exists:
            return set()
        nothing: set[str] = set()
        return self._attempt(
            "read",
            lambda storage: storage.recent_refusals(keys, after=after, until=until),
            otherwise=nothing,
        )
