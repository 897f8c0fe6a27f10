"""Time while exploring: instants, zones, the decision tree of a step, the zones of a state."""
