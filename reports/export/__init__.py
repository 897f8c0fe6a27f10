"""A session for other tools: Perfetto's viewer, Mermaid in a pull request, text, JSON lines."""
