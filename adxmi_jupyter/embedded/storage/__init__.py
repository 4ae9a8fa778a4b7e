"""Blob storage of the embedded Azure: its state, its addresses and the formats of its blobs."""
