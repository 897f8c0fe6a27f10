"""What all of the translation is made of: parts of a tree, names, jumps, who knows which node."""
