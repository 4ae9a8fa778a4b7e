"""The three steps on one page: assign, allow, use."""
