"""What a node allows a gateway, and how much of it is used.

`root` reads one machine or one recording of it; `moment` is one reading with what it means; `host` joins two of them;
`checks` has one file per question; `judge` decides; `examine` runs them all; `capture` keeps what was read.
"""
