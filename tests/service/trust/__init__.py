"""Where requests and tokens go, tried with servers of somebody else's."""
