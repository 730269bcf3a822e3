"""Files -> lines -> records -> events -> sums -> findings."""
