"""The values that the parts of gwdiag hand to each other. Frozen, typed, and without knowledge of any part."""
