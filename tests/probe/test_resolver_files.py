"""resolv.conf, hosts and nsswitch.conf as resolvers read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.probe.resolver_files import ResolverConfig, addresses_in_hosts, resolver_config, sources

LOCAL = (("127.0.0.1", 53),)


def test_a_whole_file():
    text = """\
# made by hand
nameserver 10.0.0.53 ; the first
nameserver 10.0.0.54
nameserver 2001:db8::53
nameserver 10.0.0.56
search a.lab b.lab.
options ndots:5 timeout:2 attempts:3 rotate edns0
"""
    assert resolver_config(text) == ResolverConfig(
        servers=(("10.0.0.53", 53), ("10.0.0.54", 53), ("2001:db8::53", 53)),
        search=("a.lab", "b.lab"),
        ndots=5,
        timeout_s=2.0,
        attempts=3,
        ignored=("10.0.0.56",),
    )


def test_nothing_in_it_stands_for_the_local_host():
    assert resolver_config("") == ResolverConfig(servers=LOCAL)
    assert resolver_config("nameserver none\nsearch\noptions ndots:x timeout:0 attempts:0").servers == LOCAL


def test_the_last_search_list_counts():
    assert resolver_config("search a.lab\ndomain b.lab").search == ("b.lab",)


def test_without_a_search_list_it_is_the_domain_of_the_machine():
    assert resolver_config("", "gw-1.eu.example").search == ("eu.example",)
    assert resolver_config("search a.lab", "gw-1.eu.example").search == ("a.lab",)
    assert resolver_config("", "gw-1").search == ()


def test_ndots_has_a_limit():
    assert resolver_config("options ndots:99").ndots == 15


HOSTS = """\
127.0.0.1  localhost
10.0.0.7   Orders.internal orders   # moved
10.0.0.8   orders
junk       orders
::1        localhost ip6-localhost
"""


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        ("orders", ("10.0.0.7", "10.0.0.8")),
        ("ORDERS.internal.", ("10.0.0.7",)),
        ("localhost", ("127.0.0.1", "::1")),
        ("moved", ()),
    ],
)
def test_hosts(name, addresses):
    assert addresses_in_hosts(HOSTS, name) == addresses


def test_sources_of_names():
    assert sources("hosts: files mdns4_minimal [NOTFOUND=return] dns # x") == ("files", "mdns4_minimal", "dns")
    assert sources("passwd: files") == ("files", "dns")


@given(st.text())
def test_any_text_is_a_configuration(text):
    config = resolver_config(text)

    assert 1 <= len(config.servers) <= 3
    assert config.ndots <= 15
    assert sources(text) is not None
    assert addresses_in_hosts(text, "x") is not None
