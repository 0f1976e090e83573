"""A local ESI, to try things out and to test against: the same operations, headers, limits and surprises.

Needs the extra ``sandbox`` (werkzeug). ``Sandbox`` is the way in; everything else is what it hands out.
"""

try:
    import werkzeug  # noqa: F401 - looked for first, so that what is missing is told in one place
except ModuleNotFoundError as error:
    message = "the sandbox needs werkzeug: pip install 'esi-fetch[sandbox]'"
    raise ModuleNotFoundError(message, name=error.name) from error

from esi_fetch.sandbox.app import Manners
from esi_fetch.sandbox.faults import Fault, Faults, PlantedFault
from esi_fetch.sandbox.limits import Limits, LimitUse
from esi_fetch.sandbox.log import RequestSeen
from esi_fetch.sandbox.server import Sandbox
from esi_fetch.sandbox.snapshots import Snapshot
from esi_fetch.sandbox.sso import Sso, SsoManners

__all__ = [
    "Fault",
    "Faults",
    "LimitUse",
    "Limits",
    "Manners",
    "PlantedFault",
    "RequestSeen",
    "Sandbox",
    "Snapshot",
    "Sso",
    "SsoManners",
]
