// What assistive technology needs: captions of the table of contents have a level, and whoever has
// no mouse can scroll wide output.
document.addEventListener("DOMContentLoaded", () => {
  for (const caption of document.querySelectorAll('p.caption[role="heading"]')) {
    caption.setAttribute("aria-level", "2");
  }
  for (const output of document.querySelectorAll("div.cell_output")) {
    output.tabIndex = output.scrollWidth > output.clientWidth ? 0 : -1;
  }
});
