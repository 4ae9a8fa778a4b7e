// Commands are taken out of what is shown: to the clipboard, or into a cell below it. Stands before
// each module that does so.

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text; // without a secure connection there is only the old way
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

// The cells of a notebook, where the front end lets a widget have them; Voila has none.
const cellsOf = (manager) => manager.context?.model?.sharedModel;
const hasCells = (manager) => !!cellsOf(manager)?.insertCell;

function insert(manager, button, text) {
  const cells = cellsOf(manager);
  const cell = button.closest(".jp-Notebook-cell");
  const place = Number(cell?.dataset.windowedListIndex ?? NaN);
  const after = Number.isNaN(place) ? cells.cells.length : place + 1;
  cells.insertCell(after, { cell_type: "code", source: text });
}
