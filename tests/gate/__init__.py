"""What a project keeps: the pytest plugin, the gate, the importers."""
