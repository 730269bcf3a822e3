"""Caddyfile: sites, matchers, snippets, and the file of one site that needs no braces."""

import pytest

from gwdiag.definitions._caddyfile_syntax import parse
from gwdiag.definitions._directives import Directive
from gwdiag.definitions.caddyfile import CADDYFILE
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read


def found_in(text: str) -> dict[str, ApiDefinition]:
    return {one.name: one for one in read(CADDYFILE, text) if isinstance(one, ApiDefinition)}


def paths(directives: str) -> dict[str, tuple[str, ...]]:
    """The paths of each API of a site with these directives."""
    return {name: one.paths for name, one in found_in(f":80 {{\n{directives}\n}}\n").items()}


def targets(upstreams: str) -> tuple[str, ...]:
    [found] = found_in(f":80 {{\nreverse_proxy /orders/* {upstreams}\n}}\n").values()
    return found.members or (found.target,)


def test_a_configuration():
    found = read(
        CADDYFILE,
        """
        {
            admin off
            servers {
                timeouts {
                    read_header 10s
                }
            }
        }

        :8080 {
            log {
                output file /var/log/caddy/access.log
            }
            respond /healthz 200
            handle_path /orders/* {
                reverse_proxy http://10.20.0.100:8080 http://10.20.0.101:8080 {
                    lb_try_duration 5s
                    transport http {
                        dial_timeout 3s
                        response_header_timeout 1m30s
                    }
                }
            }
            handle_path /returns/* {
                reverse_proxy https://returns.internal   # TLS
            }
            handle {
                respond 404
            }
        }
        """,
    )

    assert found == [
        ApiDefinition(
            id="orders",
            name="orders",
            target="http://10.20.0.100:8080",
            members=("http://10.20.0.100:8080", "http://10.20.0.101:8080"),
            paths=("/orders/",),
            limits=(
                Limit(name="dial_timeout", seconds=3.0, path="x.conf"),
                Limit(name="response_header_timeout", seconds=90.0, path="x.conf"),
                Limit(name="lb_try_duration", seconds=5.0, path="x.conf"),
                Limit(name="read_header", seconds=10.0, path="x.conf"),
            ),
        ),
        ApiDefinition(
            id="returns",
            name="returns",
            target="https://returns.internal:443",
            paths=("/returns/",),
            limits=(Limit(name="read_header", seconds=10.0, path="x.conf"),),
        ),
    ]


@pytest.mark.parametrize(
    ("directives", "found"),
    [
        ("reverse_proxy /orders/* a:1", {"orders": ("/orders/",)}),
        ("reverse_proxy /orders* a:1", {"orders": ("/orders",)}),
        ("@o path /orders/* /o/*\nreverse_proxy @o a:1", {"orders": ("/orders/",), "o": ("/o/",)}),
        ("@o {\npath /orders/*\nmethod GET\n}\nhandle @o {\nreverse_proxy a:1\n}", {"orders": ("/orders/",)}),
        ("@o path_regexp o ^/orders/[0-9]+\nreverse_proxy @o a:1", {"orders": ("/orders/",)}),
        ("route /orders/* {\nuri strip_prefix /orders\nreverse_proxy a:1\n}", {"orders": ("/orders/",)}),
        ("handle_path /orders/* {\nreverse_proxy /items/* a:1\n}", {"orders": ("/orders/items/",)}),
        ("handle /orders/* {\nhandle /orders/items/* {\nreverse_proxy a:1\n}\n}", {"orders": ("/orders/items/",)}),
        ("reverse_proxy a:1", {"a:1": ("/",)}),
        ("reverse_proxy * a:1", {"a:1": ("/",)}),
        ("@o header X-Orders 1\nreverse_proxy @o a:1", {"a:1": ("/",)}),
    ],
)
def test_the_paths_of_a_proxy(directives, found):
    assert paths(directives) == found


@pytest.mark.parametrize(
    ("upstreams", "found"),
    [
        ("a", ("http://a:80",)),
        (":9001", ("http://localhost:9001",)),
        ("h2c://a:50051", ("h2c://a:50051",)),
        ("unix//run/a.sock", ("http://unix:/run/a.sock",)),
        ("unix+h2c//run/a.sock", ("http://unix:/run/a.sock",)),
        ("{\nto a:1 b:2\nto c:3\n}", ("http://a:1", "http://b:2", "http://c:3")),
        ("a:1 {\ntransport http {\ntls\n}\n}", ("https://a:1",)),
        ("a:1 {\ntransport fastcgi\n}", ("fastcgi://a:1",)),
        ("{$ORDERS:a:9001} {$UNSET}", ("http://a:9001",)),
        ("{http.vars.host}:80 a:1", ("http://a:1",)),
    ],
)
def test_the_address_of_an_upstream(upstreams, found):
    assert targets(upstreams) == found


def test_sites_by_their_hosts():
    text = """
        https://a.example.com,
        b.example.com:443 {
            reverse_proxy a:1
        }
        c.example.com {
            php_fastcgi c:9000
        }
    """

    assert {name: (one.target, one.paths) for name, one in found_in(text).items()} == {
        "a.example.com": ("http://a:1", ()),
        "c.example.com": ("fastcgi://c:9000", ()),
    }


def test_one_site_without_braces():
    assert paths("") == {}
    assert {name: one.target for name, one in found_in("localhost\n\nreverse_proxy /orders/* a:1\n").items()} == {
        "orders": "http://a:1"
    }


def test_snippets():
    text = """
        (proxied) {
            reverse_proxy {args[0]} {
                transport http {
                    dial_timeout {args[1]}
                }
            }
        }
        :80 {
            handle /orders/* {
                import proxied orders:9001 2s
            }
            import sites/*
        }
    """

    assert list(found_in(text).values()) == [
        ApiDefinition(
            id="orders",
            name="orders",
            target="http://orders:9001",
            paths=("/orders/",),
            limits=(Limit(name="dial_timeout", seconds=2.0, path="x.conf"),),
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "reverse_proxy a:1",
        "To do so:\n\n\treverse_proxy a:1\n",
        ":80 {\n\trespond 200\n}",
        ":80 {\n\treverse_proxy {args[0]}\n}",
        "server { location / { proxy_pass http://a; } }",
    ],
)
def test_what_is_no_route_is_none(text):
    assert read(CADDYFILE, text) == []


def test_the_syntax():
    text = 'a "b {" `c "` {d} \\\n e # f\n# g\nh {\n\n\ti "j\nk" <<END\n l {\n END\n}\n'

    assert parse(text) == [
        Directive("a", ["b {", 'c "', "{d}", "e"]),
        Directive("h", [], [Directive("i", ["j\nk", " l {"])]),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a {\n" * 300_000,
        "a " * 1_100_000,
        "(a) {\nimport a\n}\nimport a\n",
        "".join(f"(a{n}) {{\nimport a{n + 1}\nimport a{n + 1}\n}}\n" for n in range(30)) + "(a30) {\nb\n}\nimport a0\n",
    ],
    ids=["deep", "words", "itself", "doubled"],
)
def test_what_nobody_writes_is_nothing(text):
    assert parse(text) == []


@pytest.mark.parametrize(
    "text",
    ['"' + '\\"' * 500_000, "<<A\n" + " \n" * 300_000, "`" + '"' * 300_000, "{$" * 300_000],
    ids=["quotes", "heredoc", "ticks", "dollars"],
)
def test_what_never_ends_costs_little(text):
    assert len(parse(text)) <= 1


def test_arguments_do_not_blow_up():
    doubling = "".join(f"(a{n}) {{\nimport a{n + 1} {{args[0]}}{{args[0]}}\n}}\n" for n in range(20))

    assert len(parse(f"{doubling}(a20) {{\nb {{args[0]}}\n}}\nimport a0 x\n")[-1].words[0]) <= 1024


PIECES = [
    ":80",
    "{",
    "}",
    "\n",
    "reverse_proxy",
    "a:1",
    "/a/*",
    "@a",
    "path",
    "handle_path",
    "handle",
    "(a)",
    "import",
    "a",
    "to",
]
PIECES += [
    '"',
    "`",
    "<<A",
    "\\",
    "#",
    "transport",
    "http",
    "dial_timeout",
    "3s",
    "{args[0]}",
    "php_fastcgi",
    "{$A:b}",
    "servers",
]


def test_the_shared_cases(shared):
    file = shared / "lab_other/cases/d25/nodes/web-eu-1/Caddyfile"
    if not file.is_file():
        pytest.skip("the case is not here")

    assert {name: (one.target, len(one.members)) for name, one in found_in(file.read_text()).items()} == {
        "search": ("http://10.20.0.100:8080", 3),
        "playlists": ("http://playlists.media.local:9002", 0),
        "subscriptions": ("http://subscriptions.media.local:9003", 0),
    }
