"""resolv.conf, as one reader reads it for the gateway, the probe and the limits."""

from hypothesis import given
from hypothesis import strategies as st

from gwdiag.resolv_conf import ResolvConf, read_resolv_conf


def test_a_whole_file():
    text = """\
# made by hand
nameserver 10.0.0.53 ; the first
nameserver ns.example
nameserver 2001:db8::53
domain old.lab
search a.lab b.lab.
options ndots:5 rotate
options timeout:2 attempts:3
"""
    read = read_resolv_conf(text)

    assert read == ResolvConf(
        nameservers=("10.0.0.53", "ns.example", "2001:db8::53"),
        search=("a.lab", "b.lab."),
        options=("ndots:5", "rotate", "timeout:2", "attempts:3"),
        ndots=5,
        timeout_s=2,
        attempts=3,
    )
    assert read.addresses() == ("10.0.0.53", "2001:db8::53")
    assert read.searched("gw-1.eu.example") == ("a.lab", "b.lab")


def test_of_domain_only_the_first_word_counts():
    assert read_resolv_conf("search a.lab\ndomain b.lab c.lab").search == ("b.lab",)


def test_numbers_stay_within_the_limits_of_resolvers():
    read = read_resolv_conf("options ndots:99 timeout:0 attempts:0")

    assert (read.ndots, read.timeout_s, read.attempts) == (15, 1, 1)
    assert read_resolv_conf("options ndots:3 ndots:x").ndots == 3


def test_lines_without_any_keyword_are_damage():
    assert read_resolv_conf("").is_damaged is False
    assert read_resolv_conf("# nothing").is_damaged is False
    assert read_resolv_conf("nothing here").is_damaged is True


@given(st.text())
def test_whatever_the_file_has_is_read(text):
    read = read_resolv_conf(text)

    assert 0 <= read.ndots <= 15
    assert read.timeout_s >= 1
    assert read.attempts >= 1
