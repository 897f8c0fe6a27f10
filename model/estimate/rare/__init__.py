"""Rare events: importance splitting, whose levels the explorer finds by itself."""
