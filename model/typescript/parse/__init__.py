"""From a TypeScript file to its tree."""
