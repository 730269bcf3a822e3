"""Whatever looks a little like a configuration gives definitions that can be used."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.definitions.apache import APACHE
from gwdiag.definitions.caddyfile import CADDYFILE
from gwdiag.definitions.haproxy import HAPROXY
from gwdiag.definitions.nginx import NGINX
from gwdiag.model.definition import ApiDefinition
from tests.definitions import test_apache, test_caddyfile, test_haproxy, test_nginx
from tests.definitions.files import read

KINDS = {
    "apache": (APACHE, test_apache.PIECES, "ProxyPass /b/ http://b/\n", ""),
    "caddyfile": (CADDYFILE, test_caddyfile.PIECES, ":80 {\n reverse_proxy a:1\n", "\n}\n"),
    "haproxy": (HAPROXY, test_haproxy.PIECES, "backend a\n mode http\n server s 10.0.0.1:1\n", ""),
    "nginx": (NGINX, test_nginx.PIECES, "http { server { proxy_pass http://x; ", ""),
}
"""What reads it, its words, and what stands before and behind them."""


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_anything_like_it_gives_sound_definitions(kind, data):
    reader, pieces, before, behind = KINDS[kind]
    text = data.draw(st.lists(st.sampled_from(pieces) | st.text(max_size=3), max_size=60).map(" ".join))

    for one in read(reader, f"{before}{text}{behind}"):
        assert isinstance(one, ApiDefinition)
        assert one.name
