"""From a reference to a design."""
