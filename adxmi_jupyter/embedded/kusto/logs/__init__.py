"""The logs of requests and data: who is recorded, and the commands that show them."""
