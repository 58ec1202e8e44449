"""The documentation site: `sphinx-build -W -c docs . build/site` from the checkout.

The pages are those of the checkout, each under its path, so that their links hold there and in the
site. What `docs/reference/` shows is made from declarations and docstrings by `docs/declared.py`.
"""

import os
import sys
from pathlib import Path

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ["PYTHONPATH"] = str(ROOT)  # for the notebooks

from docs.declared import DECLARED  # noqa: E402  # now on the path

project = "cheaptalk"
root_doc = "docs/index"
include_patterns = [
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md",
    "docs/*.md", "docs/reference/*.md", "docs/notebooks/*.ipynb",
]  # fmt: skip
exclude_patterns = [".*", ".*/**", "build", "**/__pycache__"]
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx_click"]
suppress_warnings = ["misc.highlighting_failure", "myst.header"]

myst_enable_extensions = ["dollarmath"]
myst_fence_as_directive = ["math"]
myst_heading_anchors = 4
nb_execution_mode = "force"
nb_execution_timeout = 120
nb_execution_raise_on_error = True
nb_merge_streams = True

default_role = "code"  # docstrings name code as Markdown does
autodoc_typehints = "signature"

html_theme = "furo"
html_title = "cheaptalk"
html_math_renderer = "mathml"
html_copy_source = False
templates_path: list[str] = []


def made(app: Sphinx, name: str, source: list[str]) -> None:
    """Add to a page of the reference what is made from the code."""
    if name in DECLARED:
        source[0] += "\n" + DECLARED[name]()


def formula(writer: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML, which browsers draw without a script."""
    block = isinstance(node, nodes.math_block)
    writer.body.append(convert(node.astext().strip(), display="block" if block else "inline"))
    raise nodes.SkipNode


def entrance(app: Sphinx, error: Exception | None) -> None:
    """Let the folder open with the start page."""
    if error is None and app.builder.format == "html":
        start = '<!doctype html><meta http-equiv="refresh" content="0; url=docs/index.html">\n'
        (Path(app.outdir) / "index.html").write_text(start, "utf-8")


def setup(app: Sphinx) -> None:
    """Tell Sphinx what is ours."""
    app.add_html_math_renderer("mathml", (formula, None), (formula, None))
    app.connect("source-read", made)
    app.connect("build-finished", entrance)
