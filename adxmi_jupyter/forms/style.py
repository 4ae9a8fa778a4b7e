"""The look of all forms: colours of the theme, half-transparent ones for marks."""

from __future__ import annotations

SHEET = """
.adxmi-form {max-width: 100%; color: var(--jp-ui-font-color1, inherit);}
.adxmi-form .widget-label, .adxmi-form .widget-html-content {
  color: var(--jp-ui-font-color1, inherit);}
.adxmi-form .adxmi-title {margin: 2px 0 4px; font-weight: 600;
  font-size: var(--jp-ui-font-size2, 15px);}
.adxmi-form .widget-html, .adxmi-form .widget-html > .widget-html-content {
  height: auto; line-height: 1.4;}
.adxmi-form .jupyter-button:focus-visible, .adxmi-form input:focus-visible,
.adxmi-form select:focus-visible, .adxmi-form textarea:focus-visible {
  outline: 2px solid var(--jp-brand-color1, #1976d2); outline-offset: 1px;}
.adxmi-form .adxmi-quiet {color: var(--jp-ui-font-color1, inherit); opacity: .85;
  font-size: var(--jp-ui-font-size1, 13px);}
.adxmi-form .adxmi-readonly {display: block; margin-top: 6px;
  font-size: var(--jp-ui-font-size1, 13px);}
.adxmi-form .adxmi-readonly textarea {display: block; box-sizing: border-box; width: 100%;
  margin-top: 2px; padding: 5px 7px; resize: vertical;
  font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px);
  line-height: 1.4; color: var(--jp-ui-font-color1, inherit);
  background: var(--jp-layout-color2, transparent);
  border: 1px solid var(--jp-border-color2, #8888); border-radius: 2px;}
.adxmi-form ul.adxmi-changes {list-style: none; margin: 0; padding: 0; max-height: 12em;
  overflow-y: auto; font-family: var(--jp-code-font-family, monospace);
  font-size: var(--jp-code-font-size, 13px);}
.adxmi-form .adxmi-changes li {padding: 1px 7px; overflow-wrap: anywhere;}
.adxmi-form .adxmi-gain {background: rgba(44, 160, 44, .22);}
.adxmi-form .adxmi-loss {background: rgba(214, 39, 40, .22);}
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
