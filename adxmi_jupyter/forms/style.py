"""The look of all forms: colours of the theme, half-transparent ones for marks; their modules."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def esm(*names: str) -> str:
    """Return a module for the browser, made of files in this folder."""
    return "\n".join((_FOLDER / name).read_text("utf-8") for name in names)


GAIN, LOSS = "adxmi-gain", "adxmi-loss"

CHOICES = """
.adxmi-form .adxmi-choice.widget-checkbox {min-height: 30px; align-items: center;}
.adxmi-form .adxmi-choice label {display: flex; align-items: center; gap: 8px; width: 100%;
  height: 100%; padding: 2px 4px; line-height: 1.3; cursor: pointer; white-space: normal;}
.adxmi-form .adxmi-choice label span {overflow-wrap: anywhere; unicode-bidi: isolate;}
.adxmi-form .adxmi-choice:hover {background-color: rgba(128, 128, 128, .15);}
"""

SHEET = """
.adxmi-form {max-width: 100%; color: var(--jp-ui-font-color1, inherit);}
.adxmi-form .widget-label, .adxmi-form .widget-html-content {
  color: var(--jp-ui-font-color1, inherit);}
.adxmi-form .adxmi-title, .adxmi-form .adxmi-quiet {overflow-wrap: anywhere;}
.adxmi-form .adxmi-title {margin: 2px 0 4px; font-weight: 600;
  font-size: var(--jp-ui-font-size2, 15px);}
.adxmi-form .widget-html, .adxmi-form .widget-html > .widget-html-content {
  height: auto; min-width: 0; line-height: 1.4;}
.adxmi-form .jupyter-button:focus-visible, .adxmi-form input:focus-visible,
.adxmi-form select:focus-visible, .adxmi-form textarea:focus-visible {
  outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px;}
.adxmi-form .adxmi-quiet {color: var(--jp-ui-font-color1, inherit); opacity: .85;
  font-size: var(--jp-ui-font-size1, 13px);}
.adxmi-form .adxmi-readonly {display: block; margin-top: 6px;
  font-size: var(--jp-ui-font-size1, 13px);}
.adxmi-form textarea[readonly] {display: block; box-sizing: border-box; width: 100%;
  margin-top: 2px; padding: 5px 7px; resize: vertical; field-sizing: content;
  max-height: 13em; overflow-wrap: anywhere;
  font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px);
  line-height: 1.4; color: var(--jp-ui-font-color1, inherit);
  background: var(--jp-layout-color2, transparent);
  border: 1px solid var(--jp-border-color2, #8888); border-radius: 2px;}
.adxmi-form .adxmi-takes {display: flex; gap: 4px; justify-content: flex-end;}
.adxmi-form .adxmi-takes .adxmi-take {display: none; width: auto; height: 22px; line-height: 20px;
  padding: 0 8px; margin: 2px 0; font-size: var(--jp-ui-font-size0, 11px); cursor: pointer;}
.adxmi-has-clipboard .adxmi-take[data-adxmi-copy],
.adxmi-has-cells .adxmi-take[data-adxmi-insert] {display: inline-block !important;}
.adxmi-form .adxmi-with-command {display: flex; flex-wrap: wrap; gap: 0 8px; align-items: center;}
.adxmi-form .adxmi-list {overflow-x: auto; overflow-y: hidden;}
.adxmi-form .widget-dropdown, .adxmi-form .widget-text {max-width: calc(100% - 4px);}
.adxmi-form .adxmi-heads {grid-column: 1 / -1;}
.adxmi-form .adxmi-head {display: grid; font-weight: 600; line-height: 1.25;
  font-size: var(--jp-ui-font-size0, 11px);}
.adxmi-form .adxmi-list > .adxmi-in-row {margin: 0; width: auto; height: auto;
  border-top: 1px solid var(--jp-border-color2, #8888);}
.adxmi-form .adxmi-in-row .jupyter-button {height: 24px; line-height: 22px; margin: auto 2px;}
.adxmi-form .adxmi-in-row input[type=checkbox] {margin: 0; flex: none;}
.adxmi-form .adxmi-in-row.adxmi-gain, .adxmi-form .adxmi-in-row.adxmi-loss {
  outline: 1px dashed; outline-offset: -3px;}
.adxmi-form ul.adxmi-changes {list-style: none; margin: 0; padding: 0; max-height: 12em;
  overflow-y: auto; font-family: var(--jp-code-font-family, monospace);
  font-size: var(--jp-code-font-size, 13px);}
.adxmi-form .adxmi-changes li {padding: 1px 7px; overflow-wrap: anywhere;}
.adxmi-form .adxmi-gain {background: rgba(44, 160, 44, .22);}
.adxmi-form .adxmi-loss {background: rgba(214, 39, 40, .22);}
.adxmi-form ul.adxmi-details {margin: 3px 0; padding: 0 0 0 18px; max-height: 12em;
  overflow-y: auto;}
.adxmi-busy input, .adxmi-busy button, .adxmi-busy select {pointer-events: none;}
.adxmi-busy .adxmi-outcome .adxmi-said {animation: adxmi-busy 1.6s ease-in-out infinite alternate;}
@keyframes adxmi-busy {to {border-left-color: var(--jp-brand-color1, #1976d2);}}
@media (prefers-reduced-motion: reduce) {.adxmi-busy .adxmi-outcome .adxmi-said {animation: none;}}
.adxmi-form .adxmi-said {padding: 5px 9px; margin-top: 4px; overflow-wrap: anywhere;
  border-left: 4px solid var(--jp-border-color1, #8888);}
.adxmi-form .adxmi-said p {margin: 0;}
.adxmi-form .adxmi-said.done {border-left-color: rgb(44, 160, 44);
  background: rgba(44, 160, 44, .12);}
.adxmi-form .adxmi-said.failed {border-left-color: rgb(214, 39, 40);
  background: rgba(214, 39, 40, .12);}
.adxmi-form .adxmi-said.asking {border-left-color: rgb(230, 145, 20);
  background: rgba(230, 145, 20, .14);}
"""
