"""How fast the sound engine is: `make bench`. Scenes with fixed seeds, clocks, and one table."""
