"""A plain scene: sources, receivers and all that stands and lies between them; read, checked, written."""
