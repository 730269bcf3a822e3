"""Tyk's response flags: all of them known, each with the class that it stands for."""

import json

import pytest

from gwdiag.error_classes import error_classes
from gwdiag.model.tyk_flags import ResponseFlag, class_of_flag

CLASSES = {
    "TLE": "tls_cert_expired",
    "TLM": "tls_hostname_mismatch",
    "TLN": "tls_unknown_authority",
    "TLI": "tls_handshake",
    "TLP": "tls_handshake",
    "TLA": "tls_handshake",
    "TLC": "tls_handshake",
    "TLH": "tls_handshake",
    "UCF": "upstream_dial_refused",
    "UCT": "upstream_dial_timeout",
    "URR": "upstream_reset",
    "EPI": "upstream_reset",
    "CAB": "upstream_reset",
    "NRS": "upstream_reset",
    "UPE": "upstream_protocol",
    "NRH": "upstream_unreachable",
    "NHU": "no_healthy_upstream",
    "CBO": "circuit_open",
    "CDC": "client_canceled",
    "URS": "upstream_5xx",
    "RLT": "rate_limited",
    "QEX": "quota_exceeded",
    "BTL": "body_too_large",
    "AMF": "auth_failed",
    "AKI": "auth_failed",
    "TKE": "auth_failed",
    "TKI": "auth_failed",
    "TCV": "auth_failed",
    "EAD": "auth_failed",
    "CRQ": "auth_failed",
    "CMM": "auth_failed",
    "CLM": "bad_client_request",
    "BIV": "bad_client_request",
    "IHD": "bad_client_request",
}
"""As the promise to other programs has them; URT and DNS are told by status and details."""


@pytest.mark.parametrize(("flag", "name"), CLASSES.items())
def test_a_flag_stands_for_one_class_whatever_the_status(flag, name):
    assert {class_of_flag(flag, None, status) for status in (None, 400, 499, 500, 503)} == {name}


@pytest.mark.parametrize(
    ("flag", "detail", "status", "name"),
    [
        ("URT", "context_deadline_exceeded", 500, "upstream_dial_timeout"),
        ("URT", "request_timeout", 500, "upstream_dial_timeout"),
        ("URT", "context_deadline_exceeded", 504, "upstream_response_timeout"),
        ("URT", "response_headers_timeout", 504, "upstream_response_timeout"),
        ("URT", None, None, "upstream_response_timeout"),
        ("DNS", "dns_not_found", 500, "dns_not_found"),
        ("DNS", "dns_timeout", 500, "dns_timeout"),
        ("DNS", "dns_resolution_failed", 500, "dns_failure"),
        ("DNS", "something_new", 500, "dns_failure"),
        ("DNS", None, None, "dns_failure"),
    ],
)
def test_a_flag_that_means_several_things_is_told_by_status_or_details(flag, detail, status, name):
    assert class_of_flag(flag, detail, status) == name


@pytest.mark.parametrize("flag", ["", "UF", "urt", "XXX", "URT,CDC"])
def test_a_flag_of_another_product_stands_for_nothing(flag):
    assert class_of_flag(flag, None, 500) is None


def test_every_flag_has_a_class_that_exists():
    found = {class_of_flag(flag, None, 500) for flag in ResponseFlag}

    assert found - error_classes().keys() == set()
    assert set(ResponseFlag) == {*CLASSES, "URT", "DNS"}


def test_the_flags_are_those_that_the_gateway_has(shared):
    rows = json.loads((shared / "reference/tyk_flags.json").read_text())["flags"]

    assert {row["flag"] for row in rows} == set(ResponseFlag)
    assert {row["response_code_details"] for row in rows if row["flag"] == "DNS"} == {
        "dns_not_found",
        "dns_timeout",
        "dns_resolution_failed",
    }
    assert {row["flag"] for row in rows if row["flag"].startswith("TL")} == {f for f in CLASSES if f.startswith("TL")}
