"""The local store: keys, freshness, the form of an entry, and where entries are kept."""

from esi_fetch.store.entry import Entry
from esi_fetch.store.freshness import Lifetime, lifetime
from esi_fetch.store.keys import entry_key
from esi_fetch.store.local import LocalStore

__all__ = ["Entry", "Lifetime", "LocalStore", "entry_key", "lifetime"]
