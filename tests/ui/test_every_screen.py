"""Every screen in every front end, light and dark, wide and narrow: it fits, and can be read.

The pictures are kept for people to look at. One page a front end shows all screens, several of
Voila; the theme and the width change below them, as they do for a user.
"""

from functools import cache
from itertools import product

import pytest

from tests.ui.lab import LONG, open_cells

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.nightly

PLAN = """%%adxmi plan{}
apiVersion: adxmi/v1
clusters: {{demo: {{uri: embedded}}}}
policy:
  mode: authoritative
  cluster: {{}}
  databases:
    Sales: {{mi-export: [ExternalTable], mi-ingest: [NativeIngestion]}}
    Telemetry: {{mi-export: {{usages: [AutomatedFlows], why: nightly export}}}}
"""
RESULTS = {
    "status": "%adxmi status",
    "whoami": "%adxmi whoami",
    "overview": "%adxmi overview",
    "policy-show": "%adxmi policy show --all-databases",
    "policy-matrix": "%adxmi policy matrix --all-databases",
    "policy-grant": "%adxmi policy grant -d Sales --identity mi-export --usage AzureAI",
    "identity-list": "%adxmi identity list",
    "identity-show": "%adxmi identity show mi-export",
    "role-list": "%adxmi role list --all-databases",
    "callout-list": "%adxmi callout list",
    "check": "%adxmi check",
    "check-one": "%adxmi external-table check ArchivedOrders --database Sales",
    "audit": "%adxmi audit",
    "map": "%adxmi map",
    "plan": PLAN.format(""),
    "snapshot": "%adxmi snapshot",
    "migrate-list": "%adxmi migrate list",
    "history": "%adxmi history",
    "query": "%%adxmi query --database Sales\n.show tables",
    "help": "%adxmi help policy grant",
    "error": "%adxmi policy grant -d Sales --identity mi-exprt --usage AzureAI",
    "denied": '%%adxmi query --database Telemetry\nexternal_table("OrdersDelta")',
}
FORMS = {
    "policy-form": "%adxmi policy form",
    "identity-form": "%adxmi identity form",
    "role-form": "%adxmi role form",
    "steps-form": "%adxmi form --identity mi-ingest",
    "plan-form": PLAN.format(" form"),
    "audit-form": "%adxmi audit form",
    "external-table-form": "%adxmi external-table form --database Sales",
    "continuous-export-form": "%adxmi continuous-export form --database Sales",
    "event-hub-form": "%adxmi event-hub form --database Sales",
    "event-grid-form": "%adxmi event-grid form --database Sales",
    "cosmosdb-connection-form": "%adxmi cosmosdb-connection form --database Sales",
    "update-policy-form": "%adxmi update-policy form --database Sales",
    "python-plugin-form": "%adxmi python-plugin form --database Sales",
    "sdk-ingestion-form": "%adxmi sdk-ingestion form --database Sales",
    "storage-ingestion-form": "%adxmi storage-ingestion form --database Sales",
    "sql-request-form": "%adxmi sql-request form --database Sales",
}
FLEET = {
    "fleet": "%adxmi embedded reset --world fleet",
    "fleet-list": "%adxmi fleet list",
    "fleet-identities": "%adxmi fleet identities",
    "fleet-matrix": "%adxmi policy matrix --fleet",
    "fleet-form": "%adxmi fleet form",
}
SCREENS = RESULTS | FORMS | FLEET
ERRORS = ("error", "denied")
SOME_FORMS = (tuple(FORMS)[at : at + 6] for at in range(0, len(FORMS), 6))
# A page of Voila asks its kernel for all widgets within seconds, or else for one after the other.
PAGES = dict.fromkeys(("lab", "notebook"), (tuple(SCREENS),)) | {
    "voila": (tuple(RESULTS), *SOME_FORMS, tuple(FLEET))
}
CELLS = {"lab": ".jp-CodeCell", "notebook": ".jp-CodeCell", "voila": ".jp-Cell"}
LOOKS = [
    (front, theme, width) for front, theme, width in product(CELLS, ("light", "dark"), (1200, 700))
]
SET_THEME = """async theme => {
  const {commands} = window.jupyterapp;
  await commands.execute('apputils:change-theme', {theme});
  // Who has a narrow window has no room for the files.
  if (innerWidth < 800 && commands.isToggled('application:toggle-left-area'))
    await commands.execute('application:toggle-left-area');
}"""
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

TOO_WIDE = """cell => {
  const isSeen = e => e.clientWidth > 1 && e.clientHeight > 1 && e.checkVisibility();
  const fields = ['INPUT', 'SELECT', 'OPTION', 'TEXTAREA'];
  const why = e => {
    const {overflowX, textOverflow} = getComputedStyle(e);
    if (fields.includes(e.tagName) || e.closest('svg') || e.scrollWidth <= e.clientWidth + 1) return '';
    if (e.matches('.adxmi-form')) return 'wider than its place';
    const isCut = ['hidden', 'clip'].includes(overflowX) && e.textContent.trim();
    return isCut && !(textOverflow === 'ellipsis' && e.closest('[title]')) ? 'cut off' : '';
  };
  const outputs = [...cell.querySelectorAll('.jp-OutputArea-output')];
  return outputs.flatMap(one => [...one.querySelectorAll('*')]).filter(isSeen)
    .map(e => [why(e), e]).filter(([why]) => why)
    .map(([why, e]) => `${why}: ${e.tagName}.${e.className} ${e.textContent.trim().slice(0, 60)}`);
}"""


@pytest.fixture(scope="module")
def look(browser, browser_context_args, server):
    """Show all screens in a front end, in a theme and a width; return a cell for each."""
    context = browser.new_context(**browser_context_args)

    @cache
    def opened(front, theme, names):
        page = context.new_page()
        cells = ("%load_ext adxmi_jupyter", *(SCREENS[name] for name in names))
        open_cells(server, page, front, cells, theme)
        expected = sum(name.endswith("-form") for name in names)
        forms = page.locator(".adxmi-form:not(.adxmi-steps-form *)")
        expect(forms).to_have_count(expected, timeout=4 * LONG)
        return page

    def shown(front, theme, width):
        found = {}
        for names in PAGES[front]:
            page = opened(front, theme if front == "voila" else "", names)
            page.set_viewport_size({"width": width, "height": 1000})
            if front != "voila":
                page.evaluate(SET_THEME, THEMES[theme])
            cells = page.locator(CELLS[front])
            found |= {name: cells.nth(place) for place, name in enumerate(names, start=1)}
        return found

    yield shown
    context.close()
    server.end_kernels()


@pytest.mark.parametrize(("front", "theme", "width"), LOOKS)
def test_each_screen_fits(look, picture, front, theme, width):
    found = {}
    for name, cell in look(front, theme, width).items():
        cell.scroll_into_view_if_needed()
        picture(cell, f"screen-{name}-{front}-{theme}-{width}")
        found[name] = cell.evaluate(TOO_WIDE)
        if name in ERRORS:
            expect(cell).to_contain_text("fix: %adxmi policy grant")

    assert {name: why for name, why in found.items() if why} == {}
