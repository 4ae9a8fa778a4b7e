"""The state of the embedded Azure as plain values, which every part of it may import."""
