// Puts something live in the place of plain outputs, while the kernel runs; they come back at its
// end. Stands before each module that does so.

function element(tag, style = "", attributes = {}) {
  const made = document.createElement(tag);
  made.style.cssText = style;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// Keys typed here are no shortcuts of the notebook.
function keepKeys(event) {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}

// Hosts are elements of a class that begins with the prefix. `find` is called for each that is new,
// with its class; `show` for each that a message names under the key; `restore` at the end.
function replacing(model, { prefix, key, find, show, restore = () => {} }) {
  const before = new Map(); // what stood in the place of each
  let planned = false;

  function nameOf(host) {
    return [...host.classList].find((name) => name.startsWith(prefix));
  }

  function look() {
    planned = false;
    for (const host of document.querySelectorAll(`[class*="${prefix}"]`)) {
      if (before.has(host)) continue;
      before.set(host, [...host.childNodes]);
      find(host, nameOf(host));
    }
    for (const host of before.keys()) if (!host.isConnected) before.delete(host);
  }

  function plan() {
    if (!planned) requestAnimationFrame(look);
    planned = true;
  }

  function arrived(message) {
    for (const host of before.keys()) {
      if (nameOf(host) === message[key] && !host.querySelector("input")) show(host, message);
    }
  }

  const observer = new MutationObserver(plan);
  model.on("msg:custom", arrived);
  observer.observe(document.body, { childList: true, subtree: true });
  plan();
  return () => {
    observer.disconnect();
    model.off("msg:custom", arrived);
    for (const [host, nodes] of before) {
      host.removeEventListener("keydown", keepKeys);
      host.replaceChildren(...nodes);
      restore(host);
    }
  };
}
