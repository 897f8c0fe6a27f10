"""The model: scenarios, traces and properties, the world, and the schedulers that run it."""
