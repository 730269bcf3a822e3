"""Where on a request's way a class lies decides between two that both match, so the order of the stages is public."""

from gwdiag.model.error_class import NONE, Fault, Stage


def test_the_stages_are_in_the_order_of_a_requests_way():
    assert [stage.name for stage in sorted(Stage)] == [
        "PROCESS",
        "DESCRIPTORS",
        "STORE",
        "CONFIGURATION",
        "CLIENT",
        "RESOLVER",
        "CONNECT",
        "CERTIFICATE",
        "HANDSHAKE",
        "EXCHANGE",
        "ADMISSION",
        "UNEXPLAINED",
    ]


def test_those_who_can_be_at_fault():
    assert {fault.value for fault in Fault} == {
        "client",
        "gateway",
        "node",
        "network",
        "resolver",
        "upstream",
        "configuration",
    }
    assert NONE == "none"
