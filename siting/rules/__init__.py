"""The parts of an ordinance, each applied by itself; `siting.ordinance` puts them together."""
