"""The line that stands in a gateway's log for a fault: what Go's httputil.ReverseProxy prints, and Tyk with it."""

from gwdiag.probe.fault import Fault


def logged(fault: Fault) -> str:
    """The message, without what a logger puts before it. A look-up is a part of the dial."""
    if fault.class_ == "storage_down":
        return fault.log
    return f"http: proxy error: {'dial tcp: ' if fault.log.startswith('lookup ') else ''}{fault.log}"
