"""For tests: what tests share."""
