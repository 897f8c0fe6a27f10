"""Regular expressions by the language's own definition: their syntax, and how one is matched."""
