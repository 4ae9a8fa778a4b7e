"""What becomes of an object of every kind when its migration meets a fault, or is killed."""
