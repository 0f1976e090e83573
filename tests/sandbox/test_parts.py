"""Parts of the sandbox whose behaviour does not show in one answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from esi_fetch.catalog import bundled
from esi_fetch.sandbox import log as log_module
from esi_fetch.sandbox.asks import Ask
from esi_fetch.sandbox.bodies import Shelf
from esi_fetch.sandbox.deck import Deck
from esi_fetch.sandbox.dice import Dice
from esi_fetch.sandbox.log import RequestLog, RequestSeen
from esi_fetch.sandbox.synth import Synthesizer
from esi_fetch.sandbox.walks import IdWalk

SEEN = RequestSeen(method="GET", path="/", query={}, headers={}, body=b"", op_id=None, at=0.0)


def test_the_shelf_keeps_what_was_used_last() -> None:
    """A body is made once while it is kept; when there are too many bytes the longest unused goes."""
    made: list[str] = []

    def make(name: str) -> object:
        made.append(name)
        return name * 10

    shelf = Shelf(30)  # two of the bodies are 24 bytes
    for name in ("a", "b", "a", "c", "a", "b"):
        shelf.get((name,), lambda name=name: make(name))
    assert made == ["a", "b", "c", "b"]


def test_the_log_forgets_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    """A full log drops a tenth, and later notes find their entries all the same."""
    monkeypatch.setattr(log_module, "_KEPT", 10)
    log = RequestLog()
    numbers = [log.open(replace(SEEN, path=f"/{turn}")) for turn in range(15)]
    for number in numbers:
        log.note(number, status=200)
    kept = log.snapshot()
    assert [seen.path for seen in kept] == [f"/{turn}" for turn in range(5, 15)]
    assert {seen.status for seen in kept} == {200}
    assert len(log) == 10


def test_dice_are_the_same_everywhere() -> None:
    """Throws depend on the seed alone, in every process and version of Python."""
    dice = Dice("orders", 34)
    assert [dice.roll(1000) for _ in range(4)] == [748, 938, 711, 322]
    assert Dice("a", "b").roll(10**9) != Dice("ab").roll(10**9)


def test_a_deck_without_drift_never_changes() -> None:
    """Rows that neither come nor go entered with the first snapshot."""
    deck = Deck(rows=3, page_size=2)
    assert list(deck.numbers(0)) == list(deck.numbers(5)) == [2, 1, 0]
    assert deck.entry(2) == 0
    moving = Deck(rows=3, page_size=2, drift=2)
    for snapshot in range(1, 4):
        new = set(moving.numbers(snapshot)) - set(moving.numbers(snapshot - 1))
        assert {moving.entry(number) for number in new} == {snapshot}


def test_what_is_not_walked_can_not_be() -> None:
    """Asking for the walk of an operation without one is a mistake that is named."""
    walk = IdWalk(size=1, make=lambda _: Synthesizer(day=0.0, known={}))
    with pytest.raises(LookupError, match="GetStatus is not walked"):
        walk.reply(Ask(operation=bundled()["GetStatus"], path={}, query={}))


def test_schemas_may_allow_anything_or_few_things() -> None:
    """Without a type the value is an empty object; a list of unique entries has none twice."""
    synthesizer = Synthesizer("seed", day=0.0, known={})
    assert synthesizer.answer({}) == {}
    one_of_two = {"type": "string", "enum": ["a", "b"]}
    schema = {
        "type": "object",
        "properties": {"x": {"type": "array", "items": one_of_two, "uniqueItems": True}},
    }
    for number in range(20):
        made = Synthesizer(number, day=0.0, known={}).answer(schema)
        assert len(made.get("x", ())) == len(set(made.get("x", ())))
