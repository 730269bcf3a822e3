"""Memory profiles: who holds memory, which function grows, how fast and how sure.

The map: readers -> model.profile.Profile -> snapshots (with time and sidecar) -> top, diff, trend -> findings; flame
draws.
"""
