"""What would make a lot pass, or let more units in: searched with quick arithmetic, confirmed by full runs."""
