"""Characters: whose token a request carries."""

from esi_fetch.auth.tokens import GivenTokens, TokenSource, choose_character

__all__ = ["GivenTokens", "TokenSource", "choose_character"]
