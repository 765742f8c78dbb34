"""How full a row may be."""

SHORT = 1.0 - 1e-9  # sums stop short of the limit, so that no rounding of a sum can carry a level over it
