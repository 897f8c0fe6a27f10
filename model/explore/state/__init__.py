"""From a world to a discrete state and back: parts, encoding, symmetry, monitor, the machine."""
