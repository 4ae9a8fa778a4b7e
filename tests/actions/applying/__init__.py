"""What becomes of random clusters, faults, killed clients and rivals when plans are applied."""
