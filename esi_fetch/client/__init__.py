"""The client: ``Esi``, the one object that scripts hold, in the order of what it does."""

from esi_fetch.client.esi import Esi

__all__ = ["Esi"]
