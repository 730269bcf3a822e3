"""Tyk's response flags (access log of 5.12 and later), and the error class that each stands for.

Source: Tyk 5.14.0, error classification; the flags are absent from every 5.8.
"""

from enum import StrEnum


class ResponseFlag(StrEnum):
    """The value of `response_flag`."""

    TLE = "TLE"  # certificate expired
    TLI = "TLI"  # certificate invalid
    TLM = "TLM"  # host name mismatch
    TLN = "TLN"  # not trusted
    TLP = "TLP"  # protocol error
    TLA = "TLA"  # alert
    TLC = "TLC"  # chain incomplete
    TLH = "TLH"  # handshake failed
    UCF = "UCF"  # connection refused
    UCT = "UCT"  # connection timed out, by the kernel
    URR = "URR"  # connection reset
    URT = "URT"  # response timeout; also a dial timeout, and every errno that Go counts as a network error
    EPI = "EPI"  # broken pipe
    CAB = "CAB"  # connection aborted
    NRS = "NRS"  # network reset
    DNS = "DNS"
    NRH = "NRH"  # network or host unreachable
    NHU = "NHU"  # no healthy upstreams
    CBO = "CBO"  # circuit breaker open
    CDC = "CDC"  # client disconnected
    URS = "URS"  # upstream answered 5xx
    UPE = "UPE"  # any other upstream error
    RLT = "RLT"  # rate limited
    QEX = "QEX"  # quota exceeded
    AMF = "AMF"  # authentication field missing
    AKI = "AKI"  # key invalid
    TKE = "TKE"  # token expired
    TKI = "TKI"  # token invalid
    TCV = "TCV"  # claims invalid
    EAD = "EAD"  # access denied
    BTL = "BTL"  # body too large
    CLM = "CLM"  # content length missing
    BIV = "BIV"  # body invalid
    IHD = "IHD"  # header invalid
    CRQ = "CRQ"  # client certificate required
    CMM = "CMM"  # client certificate mismatch


CLASSES: dict[str, str] = {
    ResponseFlag.TLE: "tls_cert_expired",
    ResponseFlag.TLM: "tls_hostname_mismatch",
    ResponseFlag.TLN: "tls_unknown_authority",
    ResponseFlag.TLI: "tls_handshake",
    ResponseFlag.TLP: "tls_handshake",
    ResponseFlag.TLA: "tls_handshake",
    ResponseFlag.TLC: "tls_handshake",
    ResponseFlag.TLH: "tls_handshake",
    ResponseFlag.UCF: "upstream_dial_refused",
    ResponseFlag.UCT: "upstream_dial_timeout",
    ResponseFlag.URR: "upstream_reset",
    ResponseFlag.EPI: "upstream_reset",
    ResponseFlag.CAB: "upstream_reset",
    ResponseFlag.NRS: "upstream_reset",
    ResponseFlag.UPE: "upstream_protocol",
    ResponseFlag.NRH: "upstream_unreachable",
    ResponseFlag.NHU: "no_healthy_upstream",
    ResponseFlag.CBO: "circuit_open",
    ResponseFlag.CDC: "client_canceled",
    ResponseFlag.URS: "upstream_5xx",
    ResponseFlag.RLT: "rate_limited",
    ResponseFlag.QEX: "quota_exceeded",
    ResponseFlag.BTL: "body_too_large",
    ResponseFlag.CLM: "bad_client_request",
    ResponseFlag.BIV: "bad_client_request",
    ResponseFlag.IHD: "bad_client_request",
    ResponseFlag.AMF: "auth_failed",
    ResponseFlag.AKI: "auth_failed",
    ResponseFlag.TKE: "auth_failed",
    ResponseFlag.TKI: "auth_failed",
    ResponseFlag.TCV: "auth_failed",
    ResponseFlag.EAD: "auth_failed",
    ResponseFlag.CRQ: "auth_failed",
    ResponseFlag.CMM: "auth_failed",
}

DNS_DETAILS: dict[str, str] = {
    "dns_not_found": "dns_not_found",
    "dns_timeout": "dns_timeout",
    "dns_resolution_failed": "dns_failure",
}


def class_of_flag(flag: str, detail: str | None, status: int | None) -> str | None:
    """The class of an access record with this flag, None for a flag that is not Tyk's.

    URT is told by the status: a dial that timed out is 500, an answer that did not come is 504.
    """
    if flag == ResponseFlag.URT:
        return "upstream_dial_timeout" if status == 500 else "upstream_response_timeout"
    if flag == ResponseFlag.DNS:
        return DNS_DETAILS.get(detail or "", "dns_failure")
    return CLASSES.get(flag)
