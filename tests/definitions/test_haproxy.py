"""HAProxy: frontends that choose backends by path, defaults, and the names that its log has for servers."""

import pytest

from gwdiag.definitions.haproxy import HAPROXY
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read


def limits(**timers: float) -> tuple[Limit, ...]:
    return tuple(Limit(name=f"timeout {name}", seconds=seconds, path="x.conf") for name, seconds in timers.items())


def found_in(text: str) -> dict[str, ApiDefinition]:
    return {one.name: one for one in read(HAPROXY, text) if isinstance(one, ApiDefinition)}


def paths(rules: str) -> dict[str, tuple[str, ...]]:
    """The paths of each API, with these rules in the frontend."""
    text = "frontend in\n bind :80\n" + "".join(f" {rule.strip()}\n" for rule in rules.strip().splitlines())
    text += "backend orders_be\n server s 10.0.0.1:1\nbackend returns_be\n server s 10.0.0.2:1\n"
    return {name: one.paths for name, one in found_in(text).items()}


def servers(lines: str) -> dict[str, str]:
    """The servers by the log's names for them."""
    aliases = next(iter(found_in(f"backend be\n balance roundrobin\n {lines}\n").values())).aliases
    return {name: target for name, target in aliases.items() if name not in ("be", "be/<NOSRV>")}


def test_a_configuration():
    found = read(
        HAPROXY,
        r"""
        global
            log 127.0.0.1:514 local0   # "syslog
        defaults
            mode http
            timeout connect 5s
            timeout client 50s
            timeout server 3000
            timeout queue 1m
        frontend api_in
            bind :8080
            acl is_orders path_beg -i /orders/
            use_backend orders_be if is_orders
            use_backend returns_be if { path_beg /returns/ }
            default_backend notfound_be
        backend notfound_be
            http-request return status 404
        backend orders_be
            http-request replace-path /orders/(.*) /\1
            server orders1 10.20.0.100:8080 check
            server orders2 10.20.0.101:8080 check backup
        backend returns_be
            timeout server 2m
            server returns1 returns.internal:9443 ssl verify required sni str(returns.internal)
        """,
    )

    assert found == [
        ApiDefinition(
            id="orders",
            name="orders",
            target="http://10.20.0.100:8080",
            members=("http://10.20.0.100:8080", "http://10.20.0.101:8080"),
            paths=("/orders/",),
            aliases={
                "orders_be/orders1": "http://10.20.0.100:8080",
                "orders_be/orders2": "http://10.20.0.101:8080",
                "orders_be/<NOSRV>": "http://10.20.0.100:8080",
                "orders_be": "http://10.20.0.100:8080",
            },
            limits=limits(client=50.0, connect=5.0, server=3.0, queue=60.0),
        ),
        ApiDefinition(
            id="returns",
            name="returns",
            target="https://returns.internal:9443",
            paths=("/returns/",),
            aliases={
                "returns_be/returns1": "https://returns.internal:9443",
                "returns_be/<NOSRV>": "https://returns.internal:9443",
                "returns_be": "https://returns.internal:9443",
            },
            limits=limits(client=50.0, connect=5.0, server=120.0, queue=60.0),
        ),
    ]


@pytest.mark.parametrize(
    ("test", "begins"),
    [
        ("path_beg /orders/", "/orders/"),
        ("path_beg -i -- /orders/", "/orders/"),
        ("path -i -m beg /orders/", "/orders/"),
        ("path,lower -m beg /orders/", "/orders/"),
        ("path_dir orders", "/orders"),
        ("path /orders", "/orders"),
        ("url_beg /orders", "/orders"),
        ("path_reg ^/orders/[0-9]+", "/orders/"),
        ('path_beg "/orders/"', "/orders/"),
    ],
)
def test_what_leads_to_a_backend(test, begins):
    inline = paths(f"use_backend orders_be if {{ {test} }}")
    named = paths(f"acl is_orders {test}\nuse_backend orders_be if is_orders")

    assert inline == named == {"orders": (begins,), "returns_be": ()}


@pytest.mark.parametrize(
    "test",
    [
        "path_sub /orders",
        "path_end .css",
        "path_beg -f /etc/haproxy/paths",
        "hdr(host) -i orders.example.com",
        "path -m len 3",
    ],
)
def test_what_tells_no_beginning(test):
    assert paths(f"use_backend orders_be if {{ {test} }}") == {"orders_be": (), "returns_be": ()}


def test_conditions():
    rules = """
        acl internal src 10.0.0.0/8
        acl is_v1 path_beg /v1/orders/
        acl is_v1 path_beg /orders/ /old-orders/
        use_backend orders_be if internal is_v1 !{ path_beg /orders/secret } or { path_beg /o/ }
        use_backend returns_be unless is_v1
        use_backend %[path,map_beg(/etc/haproxy/routes.map)]
    """

    assert paths(rules) == {
        "v1": ("/v1/orders/",),
        "orders": ("/orders/",),
        "old-orders": ("/old-orders/",),
        "o": ("/o/",),
        "returns_be": (),
    }


def test_the_default_backend_has_the_rest_where_paths_decide():
    by_path = paths("use_backend orders_be if { path_beg /orders/ }\ndefault_backend returns_be")
    by_host = paths("use_backend orders_be if { hdr(host) a.example.com }\ndefault_backend returns_be")

    assert by_path == {"orders": ("/orders/",), "returns_be": ("/",)}
    assert by_host == {"orders_be": (), "returns_be": ()}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("server s 10.0.0.1", {"be/s": "http://10.0.0.1:80"}),
        ("server s ipv4@10.0.0.1:8080", {"be/s": "http://10.0.0.1:8080"}),
        ("server s fd00::31:8080", {"be/s": "http://[fd00::31]:8080"}),
        ("server s [fd00::31]:8080", {"be/s": "http://[fd00::31]:8080"}),
        ("server s unix@/run/s.sock", {"be/s": "http://unix:/run/s.sock"}),
        (
            "default-server ssl verify none\n server s a:1\n server t b:2 no-ssl",
            {"be/s": "https://a:1", "be/t": "http://b:2"},
        ),
        ("mode tcp\n server s 10.0.0.5:3306", {"be/s": "tcp://10.0.0.5:3306"}),
        (
            "server-template s 2-3 a.internal:80 check",
            {"be/s2": "http://a.internal:80", "be/s3": "http://a.internal:80"},
        ),
    ],
)
def test_a_server(line, found):
    assert servers(line) == found


@pytest.mark.parametrize(
    "line", ["server s", "server s ${HOST}:80", "server-template s x a:80", "server s :80", "server s *:0"]
)
def test_a_server_without_an_address_is_none(line):
    assert found_in(f"backend be\n balance roundrobin\n {line}\n") == {}


def test_defaults_by_name_and_listen():
    text = """
        defaults slow
          timeout server 90s
        defaults quick from slow
          timeout connect 200ms
        defaults other
          timeout connect 7s
        peers mine
          server p1 10.0.0.9:1024
        listen orders from quick
          bind :8080
          server s 10.0.0.1:8080
        listen returns
          bind :8081
          server s 10.0.0.2:8080
    """

    assert {name: one.limits for name, one in found_in(text).items()} == {
        "orders": limits(server=90.0, connect=0.2),
        "returns": limits(connect=7.0),
    }


@pytest.mark.parametrize(
    "text",
    [
        "",
        "backend is down\nserver said no",
        "backend a\n server b 10.0.0.1:1",
        "mode http\nbalance x\n",
        "upstream a {\n server b:1;\n}",
    ],
)
def test_what_is_no_haproxy_configuration_is_none(text):
    assert read(HAPROXY, text) == []


@pytest.mark.parametrize(
    "line",
    [
        '"' + '\\"' * 300_000,
        "use_backend a if " + "{ } " * 200_000,
        "use_backend a if " + "{ " * 300_000,
        "server-template s 999999 a:1",
    ],
    ids=["quotes", "pairs", "braces", "template"],
)
def test_what_nobody_writes_costs_little(line):
    assert len(read(HAPROXY, f"backend be\n mode http\n {line}\nlisten b\n {line}\n")) <= 2


PIECES = [
    "\nfrontend ",
    "\nbackend ",
    "\nlisten a ",
    "\n use_backend ",
    "\n acl ",
    "\n server ",
    "a",
    " if ",
    " { ",
    " } ",
    "!",
    "\n",
]
PIECES += [
    "path_beg",
    "/a/",
    "-m",
    "reg",
    "^/(a|b)",
    " from ",
    "\ndefaults ",
    "10.0.0.1:1",
    "server-template",
    "1-3",
    '"',
    "timeout server 5s",
]


def test_the_shared_cases(shared):
    folder = shared / "lab_other/cases/d19/nodes/edge-1"
    if not folder.is_dir():
        pytest.skip("the case is not here")
    found = found_in((folder / "haproxy.cfg").read_text())

    assert {name: (one.target, one.paths) for name, one in found.items()} == {
        "search": ("https://search.media.local:9443", ("/search/",)),
        "playlists": ("http://playlists.media.local:9002", ("/playlists/",)),
        "subscriptions": ("http://subscriptions.media.local:9003", ("/subscriptions/",)),
    }
