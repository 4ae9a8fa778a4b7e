// Puts grids in the place of long tables. Texts of the service only ever become text nodes and
// attributes: whatever a name says, it is no markup.

const PREFIX = "adxmi-grid-";
const ROWS_AT_ONCE = 100;
const CLOSE_TO_THE_END = 400; // pixels
const COLLATOR = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const TEXT = "var(--jp-ui-font-color1, inherit)";
const GROUND = "var(--jp-layout-color0, Canvas)";
const LINE = "1px solid var(--jp-border-color2, #8888)";
const CELL = "padding: 3px 8px; vertical-align: top; white-space: pre-wrap; overflow-wrap: break-word; max-width: 40em;";
const SHORT = 40;
const DIRECTIONS = { none: "ascending", ascending: "descending", descending: "none" };
const ARROWS = { none: "", ascending: " ▲", descending: " ▼" };

function filterBox(changed) {
  const box = element("input", `padding: 3px 6px; min-width: 16em; color: ${TEXT}; background: ${GROUND}; border: 1px solid var(--jp-border-color1, #767676);`, {
    type: "search", placeholder: "Filter rows", "aria-label": "Filter rows",
  });
  box.addEventListener("input", () => changed(box.value.toLowerCase().split(/\s+/).filter(Boolean)));
  return box;
}

function toolbar(host, box, counter) {
  const bar = element("div", `display: flex; gap: 12px; align-items: center; padding: 4px 0; color: ${TEXT};`);
  bar.append(box, counter);
  host.addEventListener("keydown", keepKeys);
  return bar;
}

// A short text stays on one line: names are full of hyphens.
function unbroken(text) {
  return text.length <= SHORT && !/\s{2}|\n/.test(text) ? "white-space: nowrap;" : "";
}

function scroller() {
  return element("div", `overflow: auto; max-height: 480px; max-width: 100%; color: ${TEXT};`, {
    tabindex: "0", role: "group", "aria-label": "Result",
  });
}

function counted(shown, all) {
  return shown === all ? `${all} rows` : `${shown} of ${all} rows`;
}

// A grid of rows that the kernel has sent.
function grid(host, data) {
  const { columns, rows, whole, numbers, leftOut } = data;
  const order = rows.map((_, place) => place);
  const texts = rows.map((row, place) =>
    [...row, ...Object.values(whole).map((column) => column[place])].join("\n").toLowerCase());
  let words = [], sorted = null, direction = "none", visible = order, drawn = 0;

  const counter = element("span", "", { "aria-live": "polite" });
  const box = filterBox((typed) => { words = typed; update(); });
  const around = scroller();
  const table = element("table", "border-collapse: separate; border-spacing: 0; margin: 0; text-align: left;");
  const head = element("tr"), body = element("tbody");
  const buttons = columns.map((name, place) => headOf(name, place));

  function side(place) {
    return numbers.includes(place) ? "text-align: right;" : "text-align: left;";
  }

  function headOf(name, place) {
    const cell = element("th", `${CELL} ${side(place)} white-space: nowrap; position: sticky; top: 0; z-index: 1; background: ${GROUND}; border-bottom: ${LINE};`, { scope: "col", "aria-sort": "none" });
    const button = element("button", "all: unset; cursor: pointer; font-weight: 600; outline: revert;", { type: "button", title: "Sort" });
    button.textContent = name;
    button.addEventListener("click", () => sortBy(place));
    cell.append(button);
    head.append(cell);
    return { cell, button, name };
  }

  function sortBy(place) {
    direction = sorted === place ? DIRECTIONS[direction] : "ascending";
    sorted = place;
    buttons.forEach(({ cell, button, name }, other) => {
      const here = other === place ? direction : "none";
      cell.setAttribute("aria-sort", here);
      button.textContent = name + ARROWS[here];
    });
    update();
  }

  function compare(one, other) {
    const [a, b] = [rows[one][sorted], rows[other][sorted]];
    const found = numbers.includes(sorted) ? Number(a) - Number(b) : COLLATOR.compare(a, b);
    return (direction === "descending" ? -found : found) || one - other;
  }

  function update() {
    visible = order.filter((place) => words.every((word) => texts[place].includes(word)));
    if (direction !== "none") visible.sort(compare);
    body.replaceChildren();
    drawn = 0;
    around.scrollTop = 0;
    drawMore();
    counter.textContent = counted(visible.length, rows.length);
  }

  function drawMore() {
    const next = visible.slice(drawn, drawn + ROWS_AT_ONCE);
    body.append(...next.map(rowOf));
    drawn += next.length;
  }

  function rowOf(place) {
    const row = element("tr");
    row.append(...rows[place].map((text, column) => {
      const cell = element("td", `${CELL} ${unbroken(text)} ${side(column)} border-bottom: ${LINE};`);
      cell.textContent = text;
      if (whole[column]?.[place] !== undefined && whole[column][place] !== text) cell.title = whole[column][place];
      return cell;
    }));
    return row;
  }

  around.addEventListener("scroll", () => {
    const left = around.scrollHeight - around.scrollTop - around.clientHeight;
    if (drawn < visible.length && left < CLOSE_TO_THE_END) drawMore();
  });
  const top = element("thead");
  top.append(head);
  table.append(top, body);
  around.append(table);
  update();
  host.replaceChildren(toolbar(host, box, counter), around);
  if (leftOut.length) {
    const note = element("div", `padding: 3px 8px; color: ${TEXT};`);
    note.textContent = `not displayed: ${leftOut.join(", ")}`;
    host.append(note);
  }
}

// A filter above a table that has all of its rows in the page, such as the policy matrix.
function filtered(host) {
  const rows = [...host.querySelectorAll("tbody tr")];
  const sticky = `position: sticky; top: 0; z-index: 1; background: ${GROUND}; box-shadow: inset 0 -1px #8886;`;
  for (const head of host.querySelectorAll("thead th")) head.style.cssText += sticky; // not saved: see html_table
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const counter = element("span", "", { "aria-live": "polite" });
  counter.textContent = counted(rows.length, rows.length);
  const box = filterBox((words) => {
    const fits = texts.map((text) => words.every((word) => text.includes(word)));
    rows.forEach((row, place) => { row.style.display = fits[place] ? "" : "none"; });
    counter.textContent = counted(fits.filter(Boolean).length, rows.length);
  });
  host.prepend(toolbar(host, box, counter));
}

const BUTTON = "margin: 0 0 0 6px; padding: 0 8px; font-size: 11px; line-height: 20px; cursor: pointer; color: inherit; background: transparent; border: 1px solid var(--jp-border-color1, #767676); border-radius: 2px;";
const LEADS_ON = "adxmi-leads-on";
const COMMAND = /^%adxmi [^\n]+$/;

// The command stays on one line; its button goes below it where there is no room.
function besides(cell, command, button) {
  const words = element("span", "white-space: nowrap;");
  words.textContent = command;
  cell.style.whiteSpace = "normal";
  cell.replaceChildren(words, button);
}

// The commands of a page, each with a button that leads on: it becomes the cell below, or is copied
// where there are no cells. What is inserted is what is read, and runs only when somebody runs it.
function leadingOn(host, manager) {
  const inCells = hasCells(manager);
  const words = inCells ? "Insert as cell" : "Copy";
  for (const place of host.querySelectorAll("code, tbody td")) {
    const command = place.textContent;
    if (!COMMAND.test(command)) continue;
    const button = element("button", BUTTON, { type: "button", title: `${words}: ${command}` });
    button.className = LEADS_ON;
    button.textContent = words;
    button.addEventListener("click", async () => {
      if (inCells) insert(manager, button, command);
      else await copy(command);
      button.textContent = inCells ? "Inserted" : "Copied";
      setTimeout(() => (button.textContent = words), 1500);
    });
    if (place.tagName === "CODE") place.after(button);
    else besides(place, command, button);
  }
}

function initialize({ model }) {
  return replacing(model, {
    prefix: PREFIX,
    key: "table",
    find: (host, name) => {
      if (name === `${PREFIX}filter`) filtered(host);
      else if (name === `${PREFIX}commands`) leadingOn(host, model.widget_manager);
      else model.send({ table: name });
    },
    show: grid,
    restore: (host) => host.querySelectorAll(`.${LEADS_ON}`).forEach((button) => button.remove()),
  });
}

export default { initialize };
