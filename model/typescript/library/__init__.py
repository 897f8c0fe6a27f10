"""What JavaScript's own objects do: texts, arrays, maps, JSON, numbers."""
