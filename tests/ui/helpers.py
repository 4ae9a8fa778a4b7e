"""What tests of all forms look for, and do."""

AZURE = """
connection = get_ipython().magics_manager.registry["AdxmiMagics"].connections.current()
azure = connection.azure
"""


def checkbox(form, name):
    return form.get_by_role("checkbox", name=name, exact=True)


def button(form, name):
    return form.get_by_role("button", name=name, exact=True)


def outcome(form):
    return form.locator(".adxmi-outcome")


def tab(form, times):
    for _ in range(times):
        form.page.keyboard.press("Tab")


def nameless(form):
    """Return the stops of the Tab key that have no accessible name."""
    fields = form.locator(":is(input, select, textarea, button):visible")
    named = [field.aria_snapshot().split("\n")[0] for field in fields.all()]
    return [name for name in named if '"' not in name]


def too_wide(form, pixels):
    """Narrow the form and return what no longer fits."""
    form.evaluate("(form, pixels) => { form.style.width = `${pixels}px`; }", pixels)
    parts = "form => [form, ...form.querySelectorAll('*')]"
    wide = "e => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX != 'hidden'"
    shown = "e => e.clientWidth > 1 && !['SPAN', 'INPUT', 'OPTION'].includes(e.tagName)"
    return form.evaluate(
        f"form => ({parts})(form).filter({shown}).filter({wide}).map(e => `${{e.tagName}} ${{e.className}}`)"
    )


_ONE_TURN = """(form, [inputs, pressed]) => {
  for (const [label, value] of inputs) {
    const at = [...form.querySelectorAll('label')].find(one => one.textContent === label);
    const field = document.getElementById(at.htmlFor);
    field.value = value;
    field.dispatchEvent(new Event('input', {bubbles: true}));
  }
  [...form.querySelectorAll('button')].find(one => one.textContent === pressed).click();
}"""


def in_one_turn(form, values, pressed):
    """Fill fields in, by three inputs each, and press a button before the kernel hears of it."""
    inputs = [
        (label, text[: len(text) - left]) for label, text in values.items() for left in (2, 1, 0)
    ]
    form.evaluate(_ONE_TURN, [inputs, pressed])
