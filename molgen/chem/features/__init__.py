"""From molecules and proteins to the records of class indices that a network reads."""
