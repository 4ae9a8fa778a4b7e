"""Continuous exports, exports and the operations that they leave."""
