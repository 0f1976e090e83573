"""How the pages are built: ``sphinx-build -W -n docs docs/_build``. Nothing is fetched meanwhile."""

from __future__ import annotations

from esi_fetch import __version__

project = "esi_fetch"
author = "the esi_fetch developers"
release = version = __version__
html_title = f"esi_fetch {release}"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
]
exclude_patterns = ["_build"]

html_theme = "furo"
# Furo uses the fonts that a reader's system has, and both light and dark; nothing comes from the net.
html_static_path = ["_static"]
html_css_files = ["pages.css"]
html_show_sphinx = False
# The default underlines every module's name.
pygments_dark_style = "a11y-dark"

# Links to headings, as they work on code hosts, are checked as well.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
