"""The documents: their code runs and their links lead somewhere; tests/browser builds the site."""
