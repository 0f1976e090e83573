"""Names made out of ids, which can be read back into them.

The world has far more characters and types than anybody would write names for, and ``/universe/ids`` has to
find an id by its name. So a name spells its number in syllables: nothing has to be remembered.
"""

from __future__ import annotations

__all__ = ["spell", "unspell"]

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_VOWELS = "aeiou"
_SYLLABLES = tuple(consonant + vowel for consonant in _CONSONANTS for vowel in _VOWELS)
_VALUE = {syllable: value for value, syllable in enumerate(_SYLLABLES)}

# Five syllables out of a hundred spell every number below 10^10. Multiplying first keeps neighbours apart:
# 98000001 and 98000002 would otherwise differ in one letter. The factor has no divisor in common with 10.
_NUMBERS = 10**10
_FACTOR = 7_364_529_187
_INVERSE = pow(_FACTOR, -1, _NUMBERS)


def spell(number: int) -> str:
    """Return the name of a number below 10^10: two words, such as ``Kamite Rusi``."""
    rest = number * _FACTOR % _NUMBERS
    syllables = []
    for _ in range(5):
        rest, value = divmod(rest, 100)
        syllables.append(_SYLLABLES[value])
    return "".join(syllables[:3]).capitalize() + " " + "".join(syllables[3:]).capitalize()


def unspell(name: str) -> int | None:
    """Return the number a name was spelt from, in any case; None for what :func:`spell` never made."""
    first, _, second = name.lower().partition(" ")
    if len(first) != 6 or len(second) != 4:
        return None
    letters = first + second
    rest = 0
    for start in range(8, -1, -2):
        value = _VALUE.get(letters[start : start + 2])
        if value is None:
            return None
        rest = rest * 100 + value
    return rest * _INVERSE % _NUMBERS
