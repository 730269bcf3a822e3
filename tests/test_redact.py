"""Secrets are taken out of what is shown, and nothing else is."""

import string

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gwdiag.redact import redacted
from tests import tyk_log

TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.c2lnbmF0dXJl"

HIDING = [
    ("user_id=5e9d9544a1dcd60001d0ed20 user_ip=203.0.113.7", "user_id=[hidden] user_ip=203.0.113.7"),
    ('key="5e9d9544a1dcd60001d0ed20" mw=AuthKey', 'key="[hidden]" mw=AuthKey'),
    ("GET /items?api_key=0123456789&page=2 HTTP/1.1", "GET /items?api_key=[hidden]&page=2 HTTP/1.1"),
    ('{"api_key":"0123456789","path":"/items"}', '{"api_key":"[hidden]","path":"/items"}'),
    (r'{"log":"{\"token\":\"0123456789\",\"n\":1}"}', r'{"log":"{\"token\":\"[hidden]\",\"n\":1}"}'),
    ('{"Authorization":["Bearer 0123456789abc"]}', '{"Authorization":["Bearer [hidden]"]}'),
    ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [hidden]"),
    ("x-tyk-authorization: 0123456789 refused", "x-tyk-authorization: [hidden] refused"),
    ("Cookie: sid=0123456789; cart=42 refused", "Cookie: [hidden] refused"),
    ('cookie="sid=0123456789; cart=42" path=/', 'cookie="[hidden]" path=/'),
    ("password='my long phrase' user=gw", "password='[hidden]' user=gw"),
    ("key=--0123456789 mw=AuthKey", "key=[hidden] mw=AuthKey"),
    ("sent Bearer 0123456789abc upstream", "sent Bearer [hidden] upstream"),
    (f"token was {TOKEN}, refused", "token was [hidden], refused"),
    ("http://admin:hunter@2@orders.internal:9001/x", "http://admin:[hidden]@orders.internal:9001/x"),
    ("redis://gw:hunter2@10.20.0.60:6379", "redis://gw:[hidden]@10.20.0.60:6379"),
    ("redis://:hunter2@10.20.0.60:6379", "redis://:[hidden]@10.20.0.60:6379"),
    ("AWS AKIAIOSFODNN7EXAMPLE refused", "AWS [hidden] refused"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\nAAAA", "-----BEGIN RSA PRIVATE KEY-----[hidden]"),
    ("password=hunter2; client_secret=abc", "password=[hidden]; client_secret=[hidden]"),
]

HARMLESS = [
    "http: proxy error: dial tcp 10.20.0.31:9001: i/o timeout",
    'key="****e383" mw=RateLimitAndQuotaCheck',
    "api_key=00000000 api_name=Search user_id=-- user_name=",
    "Key path not found",
    "primary_key=7 monkey=yes tokens=3 keys=4",
    "https://orders.internal:9443/items?page=2",
    "tls: failed to verify certificate: x509: certificate is valid for a.example, not b.example",
    "key: [hidden]",
    "",
]

SECRET = st.text(string.ascii_letters + string.digits + "-_.", min_size=12, max_size=40)
AROUND = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=40)
PLACES = st.sampled_from(
    (
        "api_key={}",
        'token="{}"',
        "password={}",
        "Authorization: Bearer {}",
        "?access_token={}&page=2",
        '{{"client_secret":"{}"}}',
        '{{"log":"{{\\"x-api-key\\":\\"{}\\"}}"}}',
        "postgres://gateway:{}@10.20.0.60:5432/tyk",
        "Cookie: {}",
        "Cookie: sid=1; theme={}",
        "X-Api-Key: {}",
        "password='a {}'",
    )
)


@pytest.mark.parametrize(("text", "shown"), HIDING)
def test_a_secret_is_hidden_and_what_stands_around_it_stays(text, shown):
    assert redacted(text) == shown


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_stays_as_it_is(text):
    assert redacted(text) == text


def test_the_log_lines_of_a_gateway_keep_all_that_tells_who_and_where():
    lines = [tyk_log.access(0, status=499, flag="CDC"), tyk_log.proxy_error(1, "EOF"), tyk_log.message(2, "API Loaded")]

    assert [redacted(line) for line in lines] == lines


@given(before=AROUND, secret=SECRET, after=AROUND, place=PLACES)
@settings(max_examples=300, deadline=None)
def test_a_planted_secret_never_survives(before, secret, after, place):
    assume(secret not in before + after)

    assert secret not in redacted(f"{before} {place.format(secret)} {after}")


@given(text=st.one_of(AROUND, st.tuples(AROUND, PLACES, SECRET).map(lambda it: it[0] + it[1].format(it[2]))))
@settings(max_examples=300, deadline=None)
def test_what_is_redacted_once_does_not_change_again(text):
    assert redacted(redacted(text)) == redacted(text)
