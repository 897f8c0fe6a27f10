"""The world: the transition system that every scheduler drives."""
