"""An upstream that speaks TLS with a good certificate, of an authority that the nodes trust."""

from gwdiag.lab.certificates import Authority, trust
from gwdiag.lab.plan import Api, Plan


def make_tls(plan: Plan, api: Api) -> Authority:
    """Changes an API and its servers; gives the authority, for other certificates."""
    authority = Authority(plan.work, f"{api.slug}-ca", "Lab Root")
    trust(plan.work, authority)
    api.scheme = "https"
    certificate = authority.issue(api.slug, api.host)
    for server in api.servers:
        server.certificate = certificate
    plan.renew_connections(api)
    return authority
