"""How long well-known servers and balancers keep an idle connection, by default.

Sources: AWS (ALB attributes, NLB idle timeout), Azure (load balancer idle timeout), Google Cloud (backend keep-alive),
the documentation of nginx, Apache httpd, Node.js, uvicorn, gunicorn, HAProxy, Envoy, Traefik, Caddy, Go.
"""

KNOWN: tuple[tuple[float, str], ...] = (
    (2, "gunicorn"),
    (5, "Node.js, uvicorn, Apache httpd"),
    (6, "Node.js (5 s, and one more)"),
    (60, "AWS ALB, nginx towards upstreams"),
    (75, "nginx towards clients"),
    (90, "Go's transport, Gorouter"),
    (120, "Tyk towards clients, Caddy towards upstreams"),
    (180, "Traefik"),
    (240, "Azure Load Balancer"),
    (300, "Caddy"),
    (350, "AWS NLB and NAT gateway"),
    (600, "Google Cloud load balancers"),
    (3600, "Envoy"),
)


def default_of(low: float, high: float) -> str | None:
    """Whose default lies within the bracket, in seconds; None where nobody's does, or too many."""
    margin = max(0.3, 0.02 * high)
    fitting = [names for at, names in KNOWN if low - margin <= at <= high + margin]
    return fitting[0] if len(fitting) == 1 else None
