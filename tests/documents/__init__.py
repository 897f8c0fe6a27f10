"""The documents: their code runs, their links lead somewhere, and the site of them is built."""
