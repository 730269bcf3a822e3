"""Incidents that are played on this machine: the reference gateway, upstreams, a nameserver and load, and one fault.

A scenario draws what is special about its fault into a plan (`plan.py`); the stage (`stage.py`) starts what the plan
says, in network namespaces of its own or on loopback; `play.py` strikes, copies and labels. Triage sees only `nodes/`.
"""
