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

// A matrix is a grid to assistive technology. Its cells lie side by side in the page, as its layout
// wants them, so a row is an element of its own that shows nothing and owns them.
let made = 0;

function known(element) {
  element.id ||= `adxmi-part-${(made += 1)}`;
  return element.id;
}

function nameGrid(grid) {
  const head = grid.querySelector(".adxmi-head");
  if (!head) return;
  const title = grid.closest(".adxmi-form").querySelector(".adxmi-title")?.textContent;
  grid.setAttribute("role", "grid");
  grid.setAttribute("aria-label", title);
  head.setAttribute("role", "row");
  for (const name of head.children) name.setAttribute("role", "columnheader");
  const parts = [...grid.children].filter((part) => part.classList.contains("adxmi-in-row"));
  const width = head.children.length;
  const rows = [...grid.querySelectorAll(":scope > .adxmi-owner")];
  const wanted = parts.length / width;
  rows.slice(wanted).forEach((row) => row.remove());
  for (let place = 0; place < wanted; place += 1) {
    const cells = parts.slice(place * width, (place + 1) * width);
    cells.forEach((cell, column) => cell.setAttribute("role", column ? "gridcell" : "rowheader"));
    const row = rows[place] ?? grid.appendChild(document.createElement("div"));
    row.className = "adxmi-owner";
    row.setAttribute("role", "row");
    const owns = cells.map(known).join(" ");
    if (row.getAttribute("aria-owns") !== owns) row.setAttribute("aria-owns", owns);
  }
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
      rootOf()?.querySelectorAll(".adxmi-matrix-form").forEach(nameGrid);
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
