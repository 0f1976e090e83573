"""The local store: keys, freshness, the form of an entry, and where entries are kept; derived data."""

from esi_fetch.store.data_sets import Category, DataSet
from esi_fetch.store.entry import Asked, Entry, Listed
from esi_fetch.store.exchange import Exported, Imported
from esi_fetch.store.freshness import Lifetime, lifetime
from esi_fetch.store.glance import Glance
from esi_fetch.store.header_fields import Proof
from esi_fetch.store.keys import Variant, entry_key
from esi_fetch.store.local import LocalStore
from esi_fetch.store.refusals import Refusal, RefusalKeeper, RefusalMemory
from esi_fetch.store.report import Group, StoreReport
from esi_fetch.store.selection import Selection
from esi_fetch.store.upkeep import StoreChange

__all__ = [
    "Asked",
    "Category",
    "DataSet",
    "Entry",
    "Exported",
    "Glance",
    "Group",
    "Imported",
    "Lifetime",
    "Listed",
    "LocalStore",
    "Proof",
    "Refusal",
    "RefusalKeeper",
    "RefusalMemory",
    "Selection",
    "StoreChange",
    "StoreReport",
    "Variant",
    "entry_key",
    "lifetime",
]
