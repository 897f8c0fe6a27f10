"""Sessions that show one rule of the platform each."""
