"""Settings that only programs written in Go know."""

from gwdiag.limits.check import Reading, Status
from gwdiag.limits.moment import Moment

OTHERS = (
    "nginx",
    "openresty",
    "kong",
    "haproxy",
    "envoy",
    "httpd",
    "apache2",
    "java",
    "node",
    "python",
    "ruby",
    "php-fpm",
)


def not_go(moment: Moment) -> Reading | None:
    """What to say of a program that is known to be written in something else; None for Go and what is not known."""
    program = moment.program.lower()
    if program.startswith(OTHERS):
        return Reading(least=Status.INFO, note=f"{program} is not written in Go")
    return None
