"""The documentation site in a browser: its search works without a network, everyone can read it.

The questions are those that come up most often about managed identities of Azure Data Explorer.
"""

import pytest

from tests.nightly.docs import build

pytestmark = pytest.mark.nightly

FAQ = "docs/faq.html"
FIRST_HITS = 3

# Of a DataFrame's corner, and of the two side bars of the theme: axe calls them minor and moderate.
KNOWN = {"empty-table-header", "landmark-unique"}

QUESTIONS = {
    "object id or client id": FAQ,
    "terraform bicep": FAQ,
    "just granted a role still forbidden": FAQ,
    "403 owner role": FAQ,
    "program sign in identity assigned to cluster": FAQ,
    "ingestion managed_identity fail": FAQ,
    "allowed in one database works in all": FAQ,
    "added one identity others gone": FAQ,
    "resourcegroups resourceGroups": FAQ,
    "ServiceIsInMaintenance": FAQ,
    "customer-managed key internal server error": FAQ,
    "unused permissions": "docs/guides/review-grants.html",
    "event hub in another tenant": FAQ,
    "federated credential cross-tenant": FAQ,
    "others gone patch": FAQ,
    "azure pipelines": "docs/guides/use-in-a-pipeline.html",
    "comment on pull request": "docs/ci.html",
    "WriteOutcomeUnknown": "docs/errors.html",
    "undo policy change": "docs/guides/undo-a-change.html",
}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("documentation") / "site"
    assert build(folder) == 0
    return folder


@pytest.mark.parametrize(("query", "answer"), QUESTIONS.items())
def test_one_query_finds_the_page_that_answers(site, page, query, answer):
    page.context.set_offline(True)

    page.goto((site / "docs" / "index.html").as_uri())
    page.get_by_placeholder("Search").fill(query)
    page.get_by_placeholder("Search").press("Enter")
    page.locator("#search-results ul.search").wait_for()
    page.get_by_text("Search finished").or_(page.get_by_text("did not match")).first.wait_for()
    links = page.locator("#search-results ul.search > li > a")
    hits = [link.get_attribute("href").partition("#")[0] for link in links.all()]

    found = [one.partition("?")[0].removeprefix("./") for one in hits[:FIRST_HITS]]

    assert answer in found


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 1200])
@pytest.mark.parametrize(
    "name",
    ["docs/index", "docs/errors", "docs/guides/fix-a-denial", "notebooks/10_troubleshooting"],
)
def test_a_page_is_accessible_and_as_wide_as_the_window(
    site, page, violations, picture, name, width, scheme
):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 1000})

    page.goto((site / f"{name}.html").as_uri())

    picture(page, f"site-{name.replace('/', '-')}-{width}-{scheme}")
    assert set(violations(page, "html")) <= KNOWN
    assert page.evaluate("document.documentElement.scrollWidth") <= width
