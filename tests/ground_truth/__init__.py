"""What ``check`` says of a workflow, held against what the embedded Azure does with it."""
