"""The documentation site: Sphinx over the pages that GitHub shows, too.

The sources are the repository itself, so a relative link leads to the same page on the site as on
GitHub. `python -m tests.nightly docs` builds it and holds its links.
"""

from importlib.metadata import version as version_of

project = "adxmi_jupyter"
author = "the adxmi_jupyter contributors"
project_copyright = "the adxmi_jupyter contributors, MIT License"
release = version = version_of("adxmi_jupyter")

extensions = ["myst_nb", "sphinx_external_toc"]
external_toc_path = "docs/_toc.yml"  # pages themselves stay plain Markdown
include_patterns = ["*.md", "docs/**", "notebooks/*.ipynb"]
exclude_patterns = ["**/.ipynb_checkpoints"]

myst_heading_anchors = 4  # links to headings are spelled as on GitHub
nb_execution_mode = "off"  # outputs are the stored ones: the test suite proves them
nb_merge_streams = True
nitpicky = True
nb_ipywidgets_js = {}  # a stored form is shown as its text; nothing comes from other hosts
highlight_language = "text"
# No lexer knows %adxmi; what it cannot read is shown plain.
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = "adxmi_jupyter"
html_search_scorer = "docs/search_scorer.js"
html_static_path = ["_static"]
html_css_files = ["adxmi.css"]
html_js_files = ["adxmi.js"]
html_show_sourcelink = False
html_copy_source = False
