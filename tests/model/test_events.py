"""Events: frozen facts with a name each."""

import dataclasses
import re

import pytest

from esi_fetch.model import events
from esi_fetch.model.events import Event, cause_of

# Other tests make kinds of their own.
KINDS = sorted(
    (kind for kind in Event.__subclasses__() if kind.__module__ == events.__name__),
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_named_as_its_class(kind: type[Event]) -> None:
    """``event`` is the class name in snake case, and the class is public."""
    assert kind.event == re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()
    assert kind.__name__ in events.__all__


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_frozen(kind: type[Event]) -> None:
    """No observer can change what the next one sees."""
    fields = dataclasses.fields(kind)
    event = kind(**{field.name: None for field in fields})
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(event, fields[0].name, 1)


@pytest.mark.parametrize(
    ("reason", "cause"),
    [
        ("bucket 'market-order' is empty", "bucket 'market-order' is empty"),
        ("bucket 'x' runs low (14 left): slowing down", "bucket 'x' runs low: slowing down"),
        ("it is late (a (b) c)", "it is late (a c)"),
        ("(14 left)", "(14 left)"),
        ("", ""),
    ],
)
def test_a_cause_is_a_reason_without_its_figures(reason: str, cause: str) -> None:
    """What stands in brackets after something is of the moment, and is left out where waits are added up."""
    assert cause_of(reason) == cause
