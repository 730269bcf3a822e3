"""nginx: blocks within blocks, upstream groups, variables, and Lua between them."""

import pytest

from gwdiag.definitions._directives import Directive
from gwdiag.definitions._nginx_syntax import parse
from gwdiag.definitions.nginx import NGINX
from gwdiag.model.definition import ApiDefinition, Limit
from tests.definitions.files import read


def limits(**timers: float) -> tuple[Limit, ...]:
    return tuple(Limit(name=name, seconds=seconds, path="x.conf") for name, seconds in timers.items())


def targets(text: str) -> dict[str, str]:
    """The target of each API."""
    return {one.name: one.target for one in read(NGINX, text) if isinstance(one, ApiDefinition)}


def paths(text: str) -> dict[str, tuple[str, ...]]:
    return {one.name: one.paths for one in read(NGINX, text) if isinstance(one, ApiDefinition)}


def location(text: str, inside: str = "proxy_pass http://orders:9001;") -> str:
    return f"server {{ server_name shop.example.com; location {text} {{ {inside} }} }}"


def test_a_configuration():
    found = read(
        NGINX,
        r"""
        user www-data;
        events { worker_connections 768; }
        http {
            log_format main '$remote_addr "$request" {}; $status'
                            'rt=$request_time';
            proxy_read_timeout 60s;
            upstream orders { server 10.20.0.100:8080 weight=2; server 10.20.0.101:8080 backup; keepalive 16; }
            upstream returns { server returns.internal; }
            server {
                listen 8080;
                server_name api.example.com;
                proxy_connect_timeout 5s;   # of both
                location = /healthz { access_log off; return 200 "ok\n"; }
                location /orders/ { proxy_pass http://orders/; }
                location ^~ /returns/ { proxy_read_timeout 1m 30s; proxy_pass https://returns; }
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
            aliases={"http://orders": "http://10.20.0.100:8080", "orders": "http://10.20.0.100:8080"},
            limits=limits(proxy_read_timeout=60.0, proxy_connect_timeout=5.0),
        ),
        ApiDefinition(
            id="returns",
            name="returns",
            target="https://returns.internal:443",
            paths=("/returns/",),
            aliases={"https://returns": "https://returns.internal:443", "returns": "https://returns.internal:443"},
            limits=limits(proxy_read_timeout=90.0, proxy_connect_timeout=5.0),
        ),
    ]


@pytest.mark.parametrize(
    ("written", "target"),
    [
        ("http://orders", "http://orders:80"),
        ("https://orders", "https://orders:443"),
        ("http://orders:9001/v1/", "http://orders:9001"),
        ("http://user:secret@orders:9001/", "http://orders:9001"),
        ("http://[fd00::31]:9001", "http://[fd00::31]:9001"),
        ("http://unix:/run/orders.sock:/v1/", "http://unix:/run/orders.sock"),
        ("$scheme://orders", "http://orders:80"),
        ("http://orders:9001$request_uri", "http://orders:9001"),
        ("http://orders$uri$is_args$args", "http://orders:80"),
        ("http://orders:9001/$1", "http://orders:9001"),
    ],
)
def test_the_address_of_a_pass(written, target):
    assert targets(location("/orders/", f"proxy_pass {written};")) == {"orders": target}


@pytest.mark.parametrize(
    "written", ["http://$backend", "http://orders-$region.internal:9001", "$1", "http://$host$uri"]
)
def test_an_address_that_only_a_request_tells_is_none(written):
    assert targets(location("/orders/", f"proxy_pass {written};")) == {}


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("/orders/", ("/orders/",)),
        ("= /orders", ("/orders",)),
        ("=/orders", ("/orders",)),
        ("~ ^/orders/(\\d+)$", ("/orders/",)),
        ("~* ^/orders", ("/orders",)),
        ("~ ^/orders/v1\\.0/", ("/orders/v1.0/",)),
        ("~ ^/orders?/x", ("/order",)),
        ('~ "^/orders/[0-9]{3}/"', ("/orders/",)),
    ],
)
def test_the_path_of_a_location(written, found):
    assert paths(location(written)) == {found[0].split("/")[1]: found}


def test_alternatives_at_the_beginning_of_a_pattern_are_apis_of_their_own():
    assert paths(location("~ ^/(orders|returns)/")) == {"orders": ("/orders/",), "returns": ("/returns/",)}


@pytest.mark.parametrize("written", ["/", "~ /orders/", "~ ^/(\\w+)/", "~ ^/orders|/returns", "~ ^/"])
def test_without_a_path_the_server_gives_the_name(written):
    assert targets(location(written)) == {"shop.example.com": "http://orders:9001"}


def test_variables_that_the_file_sets():
    text = """
        server {
            resolver 10.20.0.53 valid=10s;
            set $port 9001;
            set $orders http://orders.internal:$port;
            location /orders/ {
                set $orders "http://orders2.internal:${port}";
                rewrite ^/orders/(.*) /$1 break;
                proxy_pass $orders;
            }
            location /returns/ { set $host_of_returns returns.internal; proxy_pass http://$host_of_returns:9002; }
            location /stock/ { if ($request_method = POST) { proxy_pass http://stock-rw:9003; } }
        }
    """

    assert targets(text) == {
        "orders": "http://orders2.internal:9001",
        "returns": "http://returns.internal:9002",
        "stock": "http://stock-rw:9003",
    }


def test_what_a_map_chooses_is_an_api_each():
    text = """
        map $host $backend { default http://shop:80; b.example.com blog; c.example.com http://$unknown; }
        upstream blog { server 10.0.0.7:8080; }
        server { server_name _; location / { proxy_pass $backend; } }
        """

    assert targets(text) == {"shop:80": "http://shop:80", "blog": "http://10.0.0.7:8080"}


def test_one_first_element_with_several_upstreams_takes_the_whole_path():
    text = """server {
        location /api/orders/ { proxy_pass http://orders:9001; }
        location /api/returns/ { proxy_pass http://returns:9002; }
        location /stock/a/ { proxy_pass http://stock:9003; }
        location /stock/b/ { proxy_pass http://stock:9003; }
    }"""

    assert paths(text) == {
        "stock": ("/stock/a/", "/stock/b/"),
        "api/orders": ("/api/orders/",),
        "api/returns": ("/api/returns/",),
    }


def test_a_path_that_two_hosts_have_tells_nothing():
    text = """
        server { server_name a.example.com;
            location /items/ { proxy_pass http://a:1; }
            location / { proxy_pass http://a:1; } }
        server { server_name b.example.com;
            location /items/ { proxy_pass http://b:2; }
            location / { proxy_pass http://b:2; } }
    """

    assert paths(text) == {
        "a.example.com": (),
        "b.example.com": (),
        "a.example.com/items": (),
        "b.example.com/items": (),
    }


def test_a_named_location_has_the_paths_that_lead_to_it():
    text = """server {
        location /app/ { try_files $uri @app; }
        location @app { proxy_pass http://127.0.0.1:3000; }
    }"""

    assert paths(text) == {"app": ("/app/",)}


def test_fastcgi_grpc_and_streams():
    text = r"""
        stream { upstream db { server 10.0.0.5:3306; } server { listen 3306; proxy_pass db; proxy_timeout 10m; } }
        http { server { server_name php.example.com;
            fastcgi_read_timeout 300;
            proxy_read_timeout 5s;
            location ~ \.php$ { fastcgi_pass unix:/run/php.sock; }
            location /echo.Echo/ { grpc_pass grpc://echo:50051; grpc_read_timeout 2s; }
        } }
    """

    assert read(NGINX, text) == [
        ApiDefinition(
            id="db",
            name="db",
            target="tcp://10.0.0.5:3306",
            aliases={"tcp://db": "tcp://10.0.0.5:3306", "db": "tcp://10.0.0.5:3306"},
            limits=limits(proxy_timeout=600.0),
        ),
        ApiDefinition(
            id="php.example.com",
            name="php.example.com",
            target="fastcgi://unix:/run/php.sock",
            limits=limits(fastcgi_read_timeout=300.0),
        ),
        ApiDefinition(
            id="echo.Echo",
            name="echo.Echo",
            target="grpc://echo:50051",
            paths=("/echo.Echo/",),
            limits=limits(grpc_read_timeout=2.0),
        ),
    ]


def test_an_upstream_that_another_file_uses():
    assert read(NGINX, "upstream orders { server 10.0.0.1:8080; }") == [
        ApiDefinition(
            id="orders",
            name="orders",
            target="http://10.0.0.1:8080",
            aliases={"http://orders": "http://10.0.0.1:8080", "orders": "http://10.0.0.1:8080"},
        )
    ]


def test_what_ingress_nginx_generates():
    text = """
        http {
            init_by_lua_block {
                -- don't count this { brace
                local s = "}" .. '{' .. [[ }}} ]] .. [==[ ]] } ]==]
                --[[ a } long
                     comment ]]
                if s then ok = { a = 1 } end
            }
            upstream upstream_balancer { server 0.0.0.1; # placeholder
                balancer_by_lua_block { balancer.balance() }
                keepalive 320; }
            server { server_name api.example.com; set $proxy_upstream_name "-";
                location /orders/ {
                    set $proxy_upstream_name "shop-orders-8080";
                    proxy_read_timeout 3s;
                    proxy_pass http://upstream_balancer;
                }
                location / { proxy_pass http://upstream_balancer; }
            }
        }
    """

    assert read(NGINX, text) == [
        ApiDefinition(
            id="shop-orders-8080",
            name="shop-orders-8080",
            target="",
            paths=("/orders/",),
            limits=limits(proxy_read_timeout=3.0),
        )
    ]


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("60", 60.0), ("500ms", 0.5), ("1h30m", 5400.0), ("1d", 86400.0), ("0", None), ("soon", None), ("-1", None)],
)
def test_a_timer(written, seconds):
    [found] = read(NGINX, location("/orders/", f"proxy_read_timeout {written}; proxy_pass http://orders;"))

    assert isinstance(found, ApiDefinition)
    assert found.limits == (limits(proxy_read_timeout=seconds) if seconds else ())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Here is how:\n\nserver { location / { proxy_pass http://orders; } }",  # prose around an example
        "# server { location / { proxy_pass http://orders; } }",
        "server { location / { return 404; } }",
        "proxy_pass http://orders",
        "{ proxy_pass http://orders; }",
        '"' + location("/orders/"),
        ":8080 {\n\treverse_proxy orders:9001\n}",
    ],
)
def test_what_is_no_route_is_none(text):
    assert read(NGINX, text) == []


def test_a_file_that_breaks_off_gives_what_it_has():
    assert targets("server { location /orders/ { proxy_pass http://orders:9001; } location /ret") == {
        "orders": "http://orders:9001"
    }


def test_the_syntax():
    assert parse(r"""a "b;\"c" 'd}' e\;f ${g}h#i {j k;} # l""") == [
        Directive("a", ['b;"c', "d}", r"e\;f", "${g}h#i"], [Directive("j", ["k"])])
    ]


@pytest.mark.parametrize(
    "text",
    [
        "a {" * 100,
        "a {" * 1_000_000,
        "{" * 1_000_000,
        "a{}" * 400_000,
        "a " * 1_100_000,
    ],
)
def test_what_nobody_writes_is_nothing(text):
    assert parse(text) == []


@pytest.mark.parametrize("text", ['"' + '\\"' * 500_000, "x_by_lua_block {" + "[[" * 500_000, "#" * 1_000_000])
def test_what_never_ends_costs_little(text):
    assert parse(text) == []


PIECES = [
    "server",
    "location",
    "/a/",
    "{",
    "}",
    ";",
    " ",
    "\n",
    "proxy_pass",
    "http://x:1",
    "$a",
    "set",
    "upstream",
    "map",
]
PIECES += [
    '"',
    "'",
    "\\",
    "#",
    "${",
    "server_name",
    "x_by_lua_block",
    "--",
    "[[",
    "]]",
    "~ ^/(a|b)",
    "@a",
    "try_files",
    "stream",
]


def test_the_shared_cases(shared):
    folder = shared / "lab_other/cases/d12/nodes/web-eu-1"
    if not folder.is_dir():
        pytest.skip("the case is not here")

    assert targets((folder / "nginx.conf").read_text()) == {
        "orders": "http://10.20.0.100:8080",
        "payments": "http://payments.svc.cluster.local:9002",
        "catalog": "http://catalog.svc.cluster.local:9003",
    }
