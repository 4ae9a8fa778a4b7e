// Puts a map that can be filtered in the place of its picture. Texts of the service only ever become
// text nodes and attributes: whatever a name says, it is no markup.

const PREFIX = "adxmi-map-";
const SVG = "http://www.w3.org/2000/svg";
const TEXT = "var(--jp-ui-font-color1, CanvasText)";
const PALE = "var(--jp-ui-font-color2, GrayText)";
const GROUND = "var(--jp-layout-color0, Canvas)";

function drawn(tag, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text) made.textContent = text;
  return made;
}

// What is connected to a box: all that leads to it, and all that it leads to.
function connected(number, lines) {
  const found = new Set([number]);
  for (const [from, to] of [["start", "end"], ["end", "start"]]) {
    const open = [number];
    while (open.length) {
      const at = open.pop();
      for (const line of lines) {
        if (line[from] === at && !found.has(line[to])) { found.add(line[to]); open.push(line[to]); }
      }
    }
  }
  return found;
}

function map(host, data) {
  const { boxes, lines, heads, width, height, size } = data;
  const texts = boxes.map((box) => box.words.toLowerCase());
  let words = [], chosen = null;

  const counter = element("span", `color: ${TEXT};`, { "aria-live": "polite" });
  const filter = element("input", `padding: 3px 6px; min-width: 16em; color: ${TEXT}; background: ${GROUND}; border: 1px solid var(--jp-border-color1, #767676);`, {
    type: "search", placeholder: "Filter the map", "aria-label": "Filter the map",
  });
  const bar = element("div", "display: flex; gap: 12px; align-items: center; padding: 4px 0;");
  bar.append(filter, counter);
  const drawing = drawn("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": "Map" });
  drawing.style.cssText = "display: block; font: 12px var(--jp-ui-font-family, system-ui, sans-serif);";
  for (const { x, text } of heads) drawing.append(drawn("text", { x, y: 19, style: `fill: ${TEXT}; font-weight: 600;` }, text));
  const paths = lines.map((line) => drawn("path", { d: line.path, style: `fill: none; ${line.stroke}` }));
  const groups = boxes.map(groupOf);
  drawing.append(...paths, ...groups);

  function groupOf(box) {
    const group = drawn("g", { tabindex: "0", role: "button", "aria-pressed": "false", "aria-label": box.words });
    group.style.cursor = "pointer";
    group.append(drawn("title", {}, box.words));
    group.append(drawn("rect", { x: box.x, y: box.y, width: size.width, height: size.height, rx: 5, style: `fill: ${GROUND}; ${box.stroke}` }));
    const text = drawn("text", { x: box.x + 8, y: box.y + 16, style: `fill: ${TEXT};` }, box.label);
    if (box.detail) text.append(drawn("tspan", { dx: 6, style: `fill: ${PALE};` }, box.detail));
    group.append(text);
    group.addEventListener("click", () => choose(box.number));
    group.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); choose(box.number); }
      if (event.key === "Escape") choose(null);
    });
    return group;
  }

  function choose(number) {
    chosen = number === chosen ? null : number;
    update();
  }

  function update() {
    const start = boxes.filter((box, place) =>
      chosen !== null ? box.number === chosen : words.every((word) => texts[place].includes(word)));
    const isWhole = chosen === null && !words.length;
    const shown = new Set(isWhole ? boxes.map((box) => box.number) : start.flatMap((box) => [...connected(box.number, lines)]));
    boxes.forEach((box, place) => {
      groups[place].style.opacity = shown.has(box.number) ? 1 : 0.15;
      groups[place].setAttribute("aria-pressed", String(box.number === chosen));
    });
    lines.forEach((line, place) => { paths[place].style.opacity = shown.has(line.start) && shown.has(line.end) ? 1 : 0.08; });
    counter.textContent = isWhole ? "" : `${shown.size} of ${boxes.length}`;
  }

  filter.addEventListener("input", () => {
    words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    chosen = null;
    update();
  });
  host.addEventListener("keydown", keepKeys);
  const around = element("div", "overflow: auto; max-width: 100%; max-height: 720px;", { tabindex: "0", role: "group", "aria-label": "Map" });
  around.append(drawing);
  host.replaceChildren(bar, around);
}

function initialize({ model }) {
  return replacing(model, {
    prefix: PREFIX,
    key: "map",
    find: (_host, name) => model.send({ map: name }),
    show: map,
  });
}

export default { initialize };
