// A front end sends a press at once, and holds back what is typed while the kernel still has an
// older value to handle. The kernel may even handle a press before a value that was sent earlier:
// it has a thread for each. So a press goes to the kernel when that has all values, together with
// the values, and with what the browser knew when the button was pressed.

const LONGEST_WAIT = 3000; // milliseconds; the values are in the press for what takes longer
const INTERVAL = 10;

function* fieldsOf(box) {
  for (const part of box.get("children") ?? []) {
    if (part.has("preview")) continue; // a form inside the form
    if (part.has("index") || part.has("continuous_update") || part.has("indent")) yield part;
    yield* fieldsOf(part);
  }
}

function valueOf(field) {
  const name = field.has("index") ? "index" : "value";
  return { [name]: field.get(name) };
}

function sendHeldBack(field) {
  if (!field._msg_buffer) return;
  const sent = field.send_sync_message(field._msg_buffer, field._msg_buffer_callbacks);
  field.rememberLastUpdateFor(sent);
  field._msg_buffer = field._msg_buffer_callbacks = null;
}

async function handled(fields) {
  for (let waited = 0; waited < LONGEST_WAIT; waited += INTERVAL) {
    if (!fields.some((field) => field._pending_msgs > 0)) return;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}

// What a front end makes of a key pressed in a notebook, such as deleting its cell by D D, is not
// for keys pressed in a form. Those with Ctrl or Cmd, such as to save, mean there what they always do.
const SUPPRESS = "data-lm-suppress-shortcuts";

function keepFromShortcuts(event) {
  const { target } = event; // a shortcut may be one of the field itself, so a form is too late
  if (target.closest?.(".adxmi-form"))
    target.toggleAttribute(SUPPRESS, !event.ctrlKey && !event.metaKey);
}

// Arrow keys go from cell to cell of a matrix, and Home and End along a row, over those that are fixed.
function moveInMatrix(event) {
  const matrix = event.target.closest?.(".adxmi-cell")?.closest(".adxmi-matrix-form");
  if (!matrix || event.ctrlKey || event.metaKey || event.altKey) return;
  const cells = [...matrix.querySelectorAll(".adxmi-cell input")];
  const width = matrix.querySelector(".adxmi-head").children.length - 1;
  const at = cells.indexOf(event.target);
  const column = at % width;
  const [step, left] = {
    ArrowRight: [1, width - 1 - column],
    ArrowLeft: [-1, column],
    ArrowDown: [width, cells.length],
    ArrowUp: [-width, cells.length],
    Home: [1, column],
    End: [-1, width - 1 - column],
  }[event.key] ?? [0, 0];
  if (!step) return;
  event.preventDefault();
  const isEdge = event.key === "Home" || event.key === "End";
  let place = isEdge ? at - column + (event.key === "End" ? width - 1 : 0) : at + step;
  for (let moves = 1; moves <= left && cells[place]; moves += 1, place += step)
    if (!cells[place].disabled) return cells[place].focus();
}

// A matrix is a grid to assistive technology. Its heads and cells lie side by side in the page, as its
// layout wants them, so the grid and its rows are elements of their own, which show nothing and own them.
let made = 0;

function known(element, form) {
  element.id ||= `adxmi-part-${form}-${(made += 1)}`; // each form has this module to itself
  return element.id;
}

function set(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

function chunks(all, size) {
  return Array.from({ length: all.length / size }, (_, n) => all.slice(n * size, (n + 1) * size));
}

function nameGrid(box, form) {
  const heads = [...(box.querySelector(".adxmi-head")?.children ?? [])];
  if (!heads.length) return;
  const parts = [...box.children].filter((part) => part.classList.contains("adxmi-in-row"));
  let grid = box.querySelector(":scope > .adxmi-owner");
  if (!grid) {
    grid = box.appendChild(document.createElement("div"));
    grid.className = "adxmi-owner";
    grid.setAttribute("role", "grid");
  }
  set(grid, "aria-label", box.closest(".adxmi-form").querySelector(".adxmi-title").textContent);
  for (const head of heads) set(head, "role", "columnheader");
  const lines = chunks(parts, heads.length);
  for (const [first, ...cells] of lines) {
    set(first, "role", "rowheader");
    for (const cell of cells) set(cell, "role", "gridcell");
  }
  [heads, ...lines].forEach((owned, place) => {
    const row = grid.children[place] ?? grid.appendChild(document.createElement("div"));
    set(row, "role", "row");
    set(row, "aria-owns", owned.map((one) => known(one, form)).join(" "));
  });
  while (grid.children.length > lines.length + 1) grid.lastChild.remove();
}

async function take(manager, event, root) {
  const button = event.target.closest?.("button.adxmi-take");
  if (!button || button.closest(".adxmi-form") !== root) return;
  const { adxmiCopy, adxmiInsert } = button.dataset;
  const was = button.textContent;
  const text = adxmiCopy || adxmiInsert || button.parentElement.previousElementSibling.value;
  if (adxmiInsert === undefined) await copy(text);
  else insert(manager, button, text);
  button.focus();
  button.textContent = adxmiInsert === undefined ? "Copied" : "Inserted";
  setTimeout(() => (button.textContent = was), 1500);
}

function initialize({ model }) {
  const id = model.get("form");
  const marker = `adxmi-press-${id}-`;
  let last = Promise.resolve();

  async function press(button, form, known) {
    const fields = [...fieldsOf(form)];
    fields.forEach(sendHeldBack);
    await handled(fields);
    const values = Object.fromEntries(fields.map((field) => [field.model_id, valueOf(field)]));
    model.send({ button, ...known, values });
  }

  async function clicked(event) {
    const button = event.target.closest?.(`button[class*="${marker}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const place = [...button.classList].find((name) => name.startsWith(marker));
    const form = await model.widget_manager.get_model(id);
    const known = { preview: form.get("preview"), revision: form.get("revision") };
    last = last.then(() => press(Number(place.slice(marker.length)), form, known));
  }

  const rootOf = () => document.querySelector(`.adxmi-root-${id}`);

  function taken(event) {
    const root = rootOf();
    if (root?.contains(event.target)) take(model.widget_manager, event, root);
  }

  // What comes of a press is where one goes on; a form that is busy has nothing to go on with.
  function came({ focus }) {
    setTimeout(() => rootOf()?.querySelector(`.${focus} [tabindex="-1"]`)?.focus(), 50);
  }

  if (hasCells(model.widget_manager)) document.body.classList.add("adxmi-has-cells");
  document.body.classList.add("adxmi-has-clipboard");
  model.on("msg:custom", came);
  const moved = (event) => rootOf()?.contains(event.target) && moveInMatrix(event);

  let isPlanned = false;
  const named = new MutationObserver(() => {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      rootOf()?.querySelectorAll(".adxmi-matrix-form").forEach((box) => nameGrid(box, id));
    });
  });
  named.observe(document.body, { childList: true, subtree: true });

  document.addEventListener("click", taken);
  document.addEventListener("keydown", moved);
  document.addEventListener("click", clicked, true);
  window.addEventListener("keydown", keepFromShortcuts, true); // before any front end
  return () => {
    named.disconnect();
    document.removeEventListener("click", taken);
    document.removeEventListener("keydown", moved);
    document.removeEventListener("click", clicked, true);
    window.removeEventListener("keydown", keepFromShortcuts, true);
  };
}

export default { initialize };
