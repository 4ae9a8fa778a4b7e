"""The front end for the mouse: forms. Plain objects hold what a form knows, widgets show it."""
