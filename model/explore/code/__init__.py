"""What code under exploration keeps, in its fields and frames, and what it looks at."""
