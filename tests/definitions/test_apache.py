"""Apache httpd: ProxyPass in its places, balancers, rewrites to a proxy."""

import pytest

from gwdiag.definitions.apache import APACHE
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read


def limits(**timers: float) -> tuple[Limit, ...]:
    names = {"own": "timeout=", "connection": "connectiontimeout="}
    return tuple(Limit(name=names.get(name, name), seconds=after, path="x.conf") for name, after in timers.items())


def found_in(text: str) -> dict[str, ApiDefinition]:
    return {one.name: one for one in read(APACHE, text) if isinstance(one, ApiDefinition)}


def routes(text: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {name: (one.target, one.paths) for name, one in found_in(text).items()}


def test_a_configuration():
    found = read(
        APACHE,
        r"""
        ServerRoot /etc/apache2
        LogFormat "%h %l %u %t \"%r\" %>s %O" combined
        Timeout 300
        <Directory />
            Require all denied
        </Directory>
        <Proxy balancer://orders>
            BalancerMember http://10.20.0.100:8080 timeout=60 connectiontimeout=500ms
            BalancerMember http://10.20.0.101:8080 \
                status=+H
        </Proxy>
        <VirtualHost *:8080>
            ServerName api.example.com:443
            ProxyTimeout 20
            RewriteEngine On
            RewriteRule ^/healthz$ - [R=200,L]
            ProxyPass /orders/ balancer://orders/
            ProxyPass "/returns/" "https://returns.internal/v1/" connectiontimeout=5 retry=0
            ProxyPass /static/ !
            ProxyPassReverse /returns/ https://returns.internal/v1/
        </VirtualHost>
        """,
    )

    assert found == [
        ApiDefinition(
            id="orders",
            name="orders",
            target="http://10.20.0.100:8080",
            members=("http://10.20.0.100:8080", "http://10.20.0.101:8080"),
            paths=("/orders/",),
            aliases={"balancer://orders": "http://10.20.0.100:8080"},
            limits=limits(own=60.0, connection=0.5, Timeout=300.0),
        ),
        ApiDefinition(
            id="returns",
            name="returns",
            target="https://returns.internal:443",
            paths=("/returns/",),
            limits=limits(connection=5.0, Timeout=300.0, ProxyTimeout=20.0),
        ),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "ProxyPass /orders/ http://orders:9001/",
        "proxypass /orders/ http://orders:9001/",
        "ProxyPassMatch ^/orders/(.*)$ http://orders:9001/$1",
        "ProxyPassMatch ^/orders/(.*)$ http://orders:9001$1",
        "<Location /orders/>\n ProxyPass http://orders:9001/\n</Location>",
        '<LocationMatch "^/orders/[0-9]+">\n ProxyPass http://orders:9001/\n</LocationMatch>',
        "<Location ~ ^/orders/>\n ProxyPass http://orders:9001/\n</Location>",
        "RewriteRule ^/orders/(.*)$ http://orders:9001/$1 [P,L]",
        "RewriteRule ^orders/(.*)$ http://orders:9001/$1 [L,NC,P]",
        "Define ORDERS orders:9001\nProxyPass /orders/ http://${ORDERS}/",
        "<IfModule mod_proxy.c>\n<VirtualHost *>\nProxyPass /orders/ http://user:secret@orders:9001/\n</VirtualHost>\n</IfModule>",
    ],
)
def test_the_ways_to_a_proxy(text):
    assert routes(text) == {"orders": ("http://orders:9001", ("/orders/",))}


def test_sockets_and_handlers():
    text = """
        ServerName php.example.com
        ProxyPass /app/ unix:/run/app.sock|http://localhost/
        <FilesMatch "\\.php$">
            SetHandler "proxy:unix:/run/php/fpm.sock|fcgi://localhost/"
        </FilesMatch>
        ProxyPass /ws/ ws://chat:8080/
        ProxyPass /old/ ajp://tomcat/
    """

    assert routes(text) == {
        "app": ("http://unix:/run/app.sock", ("/app/",)),
        "php.example.com": ("fcgi://unix:/run/php/fpm.sock", ()),
        "ws": ("ws://chat:8080", ("/ws/",)),
        "old": ("ajp://tomcat:8009", ("/old/",)),
    }


def test_timers_from_their_places():
    text = """
        Timeout 60
        <Proxy "http://orders:9001/">
            ProxySet timeout=3 connectiontimeout=1
        </Proxy>
        BalancerMember balancer://stock http://stock:1 timeout=4
        <VirtualHost *:80>
            Timeout 30
            ProxyPass /orders/ http://orders:9001/
            ProxyPass /stock/ balancer://stock/
        </VirtualHost>
        <VirtualHost *:81>
            ProxyTimeout 7
            ProxyPass /returns/ http://returns:1/ timeout=off
        </VirtualHost>
    """

    assert {name: one.limits for name, one in found_in(text).items()} == {
        "orders": limits(own=3.0, connection=1.0, Timeout=30.0),
        "stock": limits(own=4.0, Timeout=30.0),
        "returns": limits(Timeout=60.0),
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ProxyPass /a/ !",
        "ProxyPass /a/",
        "ProxyPass /a/ balancer://nobody/",
        "ProxyPass /a/ http://${UNSET}/",
        "# ProxyPass /a/ http://a:1/",
        "RewriteRule ^/a http://a:1/ [R,L]",
        "RewriteRule ^/a/([a-z]+) http://tenant-$1.internal/ [P]",
        "<Location /a>\n",
    ],
)
def test_what_is_no_route_is_none(text):
    assert read(APACHE, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "<a>\n" * 300_000,
        "<a>\n</a>\n" * 50_000,
        "RewriteRule x [" * 60_000,
        "<" + ">" * 1_000_000,
        '"' + '\\"' * 500_000,
        "Define a x\n" + "Define a ${a}${a}\n" * 50 + "${a}" * 4000,
    ],
    ids=["deep", "many", "flags", "brackets", "quotes", "define"],
)
def test_what_nobody_writes_costs_little(text):
    assert read(APACHE, f"{text}\nProxyPass /a/ !\n") == []


PIECES = [
    "ProxyPass",
    "/a/",
    "http://a:1/",
    "\n",
    "<Location",
    ">",
    "</Location>",
    "<Proxy",
    "balancer://a",
    "BalancerMember",
]
PIECES += [
    "RewriteRule",
    "^/(a|b)",
    "[P]",
    "timeout=3",
    "ProxySet",
    '"',
    "\\\n",
    "Define",
    "${A}",
    "A",
    "SetHandler",
    "proxy:",
    "<",
]


def test_the_shared_cases(shared):
    file = shared / "lab_other/cases/d27/nodes/edge-1/apache2.conf"
    if not file.is_file():
        pytest.skip("the case is not here")

    assert routes(file.read_text()) == {
        "search": ("http://10.20.0.100:8080", ("/search/",)),
        "playlists": ("http://playlists.media.local:9002", ("/playlists/",)),
        "subscriptions": ("http://subscriptions.media.local:9003", ("/subscriptions/",)),
    }
