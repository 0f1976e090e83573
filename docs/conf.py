"""How the pages are built: ``sphinx-build -W docs docs/_build``. Nothing is fetched meanwhile."""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

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
# At the root of the pages, where editors can be told to find it.
html_extra_path = ["../esi_fetch/model/job-files.schema.json"]


# Links to headings, as they work on code hosts, are checked as well.
myst_heading_anchors = 4
myst_enable_extensions = ["colon_fence", "deflist"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False

# Every reference to something of ours has to lead somewhere. Other projects' indexes would have to be fetched
# to lead to theirs; and names that stand for any type are nobody's.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"(collections|concurrent|datetime|logging|os|pathlib|pd|rich|threading)\..*"),
    ("py:class", "Picture"),  # matplotlib's Figure, which is not imported until something is drawn
    ("py:class", "Named|TableLike"),  # types that Sphinx before 8.2 does not find
    ("py:class", r"esi_fetch\.model\.(codec\.P|callback\.F)"),
    ("py:class", r"esi_fetch\.model\.lazy\.LazyData"),
]


def types_beside_names(
    app: Sphinx, what: str, name: str, subject: object, options: object, lines: list[str]
) -> None:
    """Move types of attributes from fields, which Sphinx takes apart at commas, to where it reads them."""
    above: int | None = None
    for number, line in enumerate(lines):
        if line.startswith(".. attribute:: "):
            above = number
        elif line.startswith("   :type: ") and above is not None:
            lines[above] += "\n" + re.sub(r"\b(?:\w+\.)+(?=\w)", r"~\g<0>", line)  # shown without their paths
            lines[number] = ""
    lines[:] = "\n".join(lines).split("\n")


def defaults_that_are_made(
    app: Sphinx, what: str, name: str, subject: object, options: object, signature: str | None, returns: str
) -> tuple[str, str] | None:
    """Write ``...`` for defaults that are made anew; as dataclasses write them, no signature can be read."""
    return None if signature is None else (signature.replace("<factory>", "..."), returns)


def builtins_are_no_attributes(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the types ``bytes`` and ``type`` from being linked with attributes that have their names."""
    for reference in list(doctree.findall(pending_xref)):
        if reference["refdomain"] == "py" and reference["reftarget"] in ("bytes", "type"):
            reference.replace_self(reference.children)


def setup(app: Sphinx) -> None:
    """Connect the functions above; the first one comes after napoleon."""
    app.connect("autodoc-process-docstring", types_beside_names, priority=900)
    app.connect("autodoc-process-signature", defaults_that_are_made)
    app.connect("doctree-read", builtins_are_no_attributes)
