"""The identity form: what is assigned to the cluster."""
