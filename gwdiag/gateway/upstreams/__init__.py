"""A scriptable upstream: what a request's path says is what happens. For tests, training and game days."""
