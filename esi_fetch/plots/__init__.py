"""Pictures of markets, drawn with matplotlib (extra ``plots``): without a display, without pyplot."""

from esi_fetch.plots.depth import Book, draw_depth
from esi_fetch.plots.history import Trade, draw_history
from esi_fetch.plots.picture import Picture, picture_format, save_picture

__all__ = ["Book", "Picture", "Trade", "draw_depth", "draw_history", "picture_format", "save_picture"]
