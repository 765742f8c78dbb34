"""Where levels are compared with limits: lot lines, façades and points with their zones, and the worst of them."""
