"""Three or more snapshots of one process: what keeps growing, what has levelled off, what comes and goes."""
