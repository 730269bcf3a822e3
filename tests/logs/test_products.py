"""Which gateway wrote a log."""

import pytest

from gwdiag.logs.formats import formats
from gwdiag.logs.products import BY_FORMAT, TYK, Product, product_of


@pytest.mark.parametrize(
    ("seen", "product"),
    [
        (["logrus_text", "tyk_bracket", "go_log"], TYK),
        (["nginx_error", "combined"], Product("nginx", "nginx")),
        (["haproxy_http"], Product("haproxy", "haproxy")),
        (["combined"], None),
        (["logrus_json", "nginx_error"], None),
        ([], None),
    ],
)
def test_the_formats_of_one_product_tell_it(seen, product):
    assert product_of(seen) == product


def test_each_product_has_a_format():
    assert BY_FORMAT.keys() <= {name.partition("_")[0] for name in formats()}
