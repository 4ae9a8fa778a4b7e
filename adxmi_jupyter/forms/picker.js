// A text field with a list of what can be picked: the ARIA combobox pattern, in the top layer of the
// page, so that no scrolling cell cuts the list off. The kernel is asked for a list when the field
// gets the focus, or when what was typed or picked leads to another one; typing sends no other request.

const MOST = 200; // of two thousand containers, so many are drawn; typing finds the others
const HEIGHT = 260;

function element(name, properties, ...children) {
  const one = Object.assign(document.createElement(name), properties);
  one.append(...children);
  return one;
}

class Picker {
  constructor(model, el) {
    this.model = model;
    this.id = `adxmi-picker-${model.get("mark")}`; // each field has this module to itself
    this.active = -1;
    this.isOpen = false;
    this.isTyping = false;
    this.shown = [];
    this.label = element("label", { className: "widget-label", htmlFor: this.id });
    this.input = element("input", { type: "text", id: this.id, autocomplete: "off" });
    this.list = element("ul", { id: `${this.id}-list`, role: "listbox" });
    this.note = element("div", { className: "adxmi-note", role: "status" });
    this.popup = element("div", { className: "adxmi-choices", popover: "manual" });
    this.popup.append(this.list, this.note);
    for (const [name, value] of [
      ["role", "combobox"],
      ["aria-autocomplete", "list"],
      ["aria-controls", this.list.id],
      ["aria-expanded", "false"],
    ])
      this.input.setAttribute(name, value);
    this.input.spellcheck = false;
    el.classList.add("widget-inline-hbox", "widget-text", "adxmi-picker");
    el.append(this.label, this.input, this.popup);
    this.listen();
    this.showTraits();
  }

  listen() {
    const { input, popup, model } = this;
    input.addEventListener("focus", () => this.begin());
    input.addEventListener("click", () => this.isOpen || this.begin());
    input.addEventListener("blur", () => this.left());
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.pressed(event));
    popup.addEventListener("mousedown", (event) => event.preventDefault());
    popup.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.pick(this.shown[Number(option.dataset.place)]);
    });
    this.place = () => this.isOpen && this.arrange();
    addEventListener("scroll", this.place, true);
    addEventListener("resize", this.place);
    model.on("change:choices change:note change:inside", () => this.isFocused && this.refresh());
    model.on("change:value change:description change:placeholder change:disabled", () =>
      this.showTraits(),
    );
  }

  remove() {
    removeEventListener("scroll", this.place, true);
    removeEventListener("resize", this.place);
  }

  get isFocused() {
    return this.input.getRootNode().activeElement === this.input;
  }

  showTraits() {
    const { model, input } = this;
    this.label.textContent = model.get("description");
    this.label.title = input.title = model.get("tooltip");
    this.label.style.width = model.get("label_width");
    input.placeholder = model.get("placeholder");
    input.disabled = model.get("disabled");
    if (input.value !== model.get("value")) input.value = model.get("value");
  }

  begin() {
    this.isTyping = false;
    this.ask(this.input.value);
    this.refresh();
  }

  ask(text) {
    this.model.send({ event: "open", text });
  }

  typed() {
    this.isTyping = true;
    if (this.model.get("continuous_update")) this.set(this.input.value);
    if (/[/,]$/.test(this.input.value) || !this.input.value.startsWith(this.model.get("inside")))
      this.ask(this.input.value);
    this.refresh();
  }

  left() {
    this.close();
    if (this.input.value !== this.model.get("value")) this.set(this.input.value);
  }

  set(value) {
    this.model.set("value", value);
    this.model.save_changes();
  }

  // The choices that contain what was typed; all of them while nothing was.
  matching() {
    const text = this.input.value;
    const inside = this.model.get("inside");
    const words = (text.startsWith(inside) ? text.slice(inside.length) : text).toLowerCase();
    const every = this.model.get("choices");
    if (!this.isTyping) return every;
    return every.filter(
      ([value, label]) =>
        label.toLowerCase().includes(words) || value.toLowerCase().includes(text.toLowerCase()),
    );
  }

  refresh() {
    const text = this.input.value;
    const inside = this.model.get("inside");
    const found = this.matching();
    const isWhole = found.some(([value, , goesOn]) => value === text && !goesOn);
    this.shown = found.slice(0, MOST);
    // What is picked by Enter at once is only what hasn't been typed past.
    const isAtLevel = ["", inside, inside.replace(/\/$/, "")].includes(text);
    const isNew = !this.isTyping && isAtLevel;
    this.active = isNew && this.shown.length ? 0 : -1;
    this.draw(found.length);
    const hasNote = this.note.textContent && !this.isTyping && (isNew || !found.length);
    if ((isNew || this.isTyping) && !isWhole && (this.shown.length || hasNote)) this.open();
    else this.close();
  }

  draw(count) {
    const options = this.shown.map(([value, label, goesOn], place) => {
      const option = element("li", { id: `${this.id}-${place}`, textContent: label, title: value });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(place === this.active));
      option.dataset.place = place;
      if (goesOn) option.classList.add("adxmi-goes-on");
      return option;
    });
    this.list.replaceChildren(...options);
    this.list.setAttribute("aria-label", `Choices: ${this.model.get("description")}`);
    this.list.hidden = !options.length;
    const rest = count - options.length;
    this.note.textContent = rest > 0 ? `${rest} more: type to filter` : this.model.get("note");
    this.note.hidden = !this.note.textContent;
    this.pointAt(this.active);
  }

  pointAt(place) {
    this.active = place;
    for (const option of this.list.children)
      option.setAttribute("aria-selected", String(Number(option.dataset.place) === place));
    const option = this.list.children[place];
    if (option) {
      this.input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else this.input.removeAttribute("aria-activedescendant");
  }

  open() {
    this.isOpen = true;
    this.input.setAttribute("aria-expanded", "true");
    if (this.popup.showPopover && !this.popup.matches(":popover-open")) this.popup.showPopover();
    this.popup.classList.add("adxmi-open");
    this.arrange();
    this.pointAt(this.active);
  }

  close() {
    this.isOpen = false;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    if (this.popup.hidePopover && this.popup.matches(":popover-open")) this.popup.hidePopover();
    this.popup.classList.remove("adxmi-open");
  }

  arrange() {
    if (!this.popup.showPopover) return;
    const { top, bottom, left, width } = this.input.getBoundingClientRect();
    const below = innerHeight - bottom;
    const isAbove = below < HEIGHT && top > below;
    const room = Math.min(HEIGHT, (isAbove ? top : below) - 8);
    Object.assign(this.popup.style, {
      left: `${left}px`,
      width: `${width}px`,
      maxHeight: `${Math.max(room, 60)}px`,
      top: isAbove ? "auto" : `${bottom + 2}px`,
      bottom: isAbove ? `${innerHeight - top + 2}px` : "auto",
    });
  }

  pressed(event) {
    if (event.isComposing || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step) {
      event.preventDefault();
      this.move(step);
    } else if (event.key === "Enter" && this.isOpen && this.shown[this.active]) {
      event.preventDefault();
      this.pick(this.shown[this.active]);
    } else if (event.key === "Enter") {
      this.left();
    } else if (event.key === "Escape" && this.isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }

  move(step) {
    if (!this.isOpen) {
      this.isTyping = false;
      this.shown = this.matching().slice(0, MOST);
      this.draw(this.model.get("choices").length);
      this.active = this.shown.findIndex(([value]) => value === this.input.value);
      this.open();
    }
    const last = this.shown.length - 1;
    this.pointAt(Math.max(0, Math.min(last, this.active + step)));
  }

  pick([value, , goesOn]) {
    this.isTyping = false;
    this.input.value = value;
    this.set(value);
    if (goesOn) this.ask(value.endsWith("/") ? value : `${value}/`);
    this.close();
  }
}

function render({ model, el }) {
  const picker = new Picker(model, el);
  return () => picker.remove();
}

export default { render };
