"""What the node really meets on the way to an upstream: DNS, TCP, TLS, HTTP, reuse of connections, idle time.

The way: targets (`target.py`, `defined.py`) -> one look at each (`run.py`), stage by stage (`stages/`): each stage
reads sockets and files into values and a pure function says what they mean: a `Fault` or a `Remark` -> `judge.py`
makes the verdict and the findings -> `report.py`. `compare.py` puts reports of several nodes or times side by side.
"""
