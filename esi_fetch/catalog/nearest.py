"""Finding the operation that somebody meant.

People remember the words of an operation, not its whole id: ``get_market_orders`` for
``GetMarketsRegionIdOrders``. So words are compared one by one, rare words count more than frequent ones
(``get`` and ``id`` say little), and the spelling as a whole only tips the scale.
"""

from __future__ import annotations

import difflib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from esi_fetch.catalog.operation import Operation

__all__ = ["nearest_operations"]

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

# Chosen by trying mistakes that people make, those in the tests among them: words that are right but
# incomplete pass, text that has nothing to do with ESI does not.
_LOWEST_SCORE = 0.4
_NEAR_THE_BEST = 0.85
_SAME_WORD = 0.75
_PART_OF_WORD = 0.7
_METHODS = frozenset({"get", "post", "put", "delete"})


def nearest_operations(name: str, operations: Iterable[Operation], *, limit: int = 3) -> list[str]:
    """Return the ids of the operations nearest to a wrong name, the nearest first; possibly none."""
    candidates = [(operation, _words_of(operation)) for operation in operations]
    counts = Counter(word for _, words in candidates for word in words)
    weights = {word: math.log(1 + len(candidates) / count) for word, count in counts.items()}
    wanted = _words(_split_known(name[:200], weights))
    if not wanted - _METHODS:
        return []
    # Each of the user's words is compared with each word of the catalog once, not once an operation.
    likeness = {word: _alike(word, weights) for word in wanted}
    # A word that nothing resembles is a rare one: it counts fully against every candidate.
    asked = {word: weights.get(word, math.log(1 + len(candidates))) for word in wanted}
    scored = []
    for operation, words in candidates:
        score = _overlap(asked, likeness, words, weights)
        if score > 0:
            spelling = difflib.SequenceMatcher(None, name[:200].lower(), operation.snake_id).ratio()
            scored.append((0.85 * score + 0.15 * spelling, operation.op_id))
    scored.sort(key=lambda entry: (-entry[0], entry[1]))
    lowest = max(_LOWEST_SCORE, scored[0][0] * _NEAR_THE_BEST) if scored else 0
    return [op_id for score, op_id in scored[:limit] if score >= lowest]


def _words(name: str) -> frozenset[str]:
    return frozenset(_stem(word.lower()) for word in _WORD.findall(name))


def _stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else word


def _words_of(operation: Operation) -> frozenset[str]:
    # The path and older ids have words that the current id may lack: GetCharactersDetail.
    names = (operation.op_id, operation.path, *operation.aliases)
    return frozenset().union(*map(_words, names))


def _split_known(name: str, known: Iterable[str]) -> str:
    """Return a name written in one word, such as ``getmarketorders``, as the known words it is made of."""
    if len(_WORD.findall(name)) != 1:
        return name
    longest_first = sorted(known, key=len, reverse=True)
    parts = re.findall("|".join(map(re.escape, longest_first)), name.lower()) if longest_first else []
    return "_".join(parts) if len("".join(parts)) >= 0.8 * len(name) else name


def _alike(word: str, known: Iterable[str]) -> dict[str, float]:
    """Return the known words that a word resembles, and how much: 1 is the same."""
    alike = {}
    matcher = difflib.SequenceMatcher(None, b=word)
    for other in known:
        matcher.set_seq1(other)
        if other == word:
            alike[other] = 1.0
        elif matcher.real_quick_ratio() >= _SAME_WORD and (ratio := matcher.ratio()) >= _SAME_WORD:
            alike[other] = ratio * 0.9
        elif len(word) >= 4 and word in other:
            alike[other] = _PART_OF_WORD  # corp, queue (skillqueue)
    return alike


def _overlap(
    asked: Mapping[str, float],
    likeness: Mapping[str, Mapping[str, float]],
    words: frozenset[str],
    weights: Mapping[str, float],
) -> float:
    """Return how well an operation's words cover the wanted ones, and how little else it has; 0 to 1."""
    covered = 0.0
    for word, weight in asked.items():
        covered += weight * max(
            (near for other, near in likeness[word].items() if other in words), default=0.0
        )
    if not covered:
        return 0.0
    recall = covered / sum(asked.values())
    precision = min(1.0, covered / sum(weights[word] for word in words))
    # What was asked for has to be there; what the name lacks matters less, for that is what people forget.
    return 0.75 * recall + 0.25 * precision
