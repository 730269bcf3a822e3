"""What kernels say: yes, no, and that it cannot be told, on the threshold of each fact."""

import pytest

from gwdiag.model.finding import FileSource, Scope
from gwdiag.triage.case import Case
from gwdiag.triage.fact import Answer
from gwdiag.triage.facts import facts, node
from gwdiag.triage.symptoms import Symptom
from tests.limits.node import socket as row
from tests.limits.node import sockets
from tests.triage.facts.asked import ON_ONE_NODE, of_node, state, told
from tests.triage.small_case import counters, process, system

ORDERS, OTHER = "10.20.0.31:9001", "10.20.0.77:8443"
SYN_SENT, ESTABLISHED, TIME_WAIT = "02", "01", "06"


def connection(remote: str, state_: str, *, retransmits: int = 0, unsent: int = 0, local: int = 40000) -> str:
    return row(f"10.88.0.1:{local}", remote, state_, retransmits=retransmits, unsent=unsent)


def tcp(*rows: str) -> dict[str, str]:
    return {"proc/net/tcp": sockets(*rows)}


def cpu(stopped: int, periods: int, at: str = "sys/fs/cgroup/cpu/cpu.stat") -> dict[str, str]:
    return {at: f"nr_periods {periods}\nnr_throttled {stopped}\nthrottled_time 7\n"}


def pressure(share: float) -> dict[str, str]:
    return {"proc/pressure/cpu": f"some avg10={share:.2f} avg60=0.00 avg300=0.00 total=1\n"}


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (cpu(15, 100), None, ("yes", "the CPU quota of gw-1 ran out in 15 of 100 periods (15.0 %)")),
        (cpu(14, 100), None, ("no", "the CPU quota of gw-1 ran out in 14 of 100 periods (14.0 %)")),
        (cpu(4, 10), None, ("no", "the CPU quota of gw-1 ran out in 4 of 10 periods (40.0 %)")),
        (cpu(60, 200), cpu(50, 100), ("no", "the CPU quota of gw-1 ran out in 10 of 100 periods (10.0 %)")),
        (cpu(80, 200), cpu(5, 100), ("yes", "the CPU quota of gw-1 ran out in 75 of 100 periods (75.0 %)")),
        (
            cpu(80, 100, "sys/fs/cgroup/cpu.stat"),
            None,
            ("yes", "the CPU quota of gw-1 ran out in 80 of 100 periods (80.0 %)"),
        ),
        (cpu(0, 0), None, ("no", "the CPU quota of gw-1 ran out in 0 of 0 periods (0 %)")),
        ({}, None, ("unknown", "no control group with a CPU quota was recorded")),
        (
            {"sys/fs/cgroup/cpu/cpu.stat": "usage_usec 7\n"},
            None,
            ("unknown", "no control group with a CPU quota was recorded"),
        ),
    ],
)
def test_the_cpu_quota(now, before, expected):
    assert of_node(node.throttled, now, before) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (pressure(40), ("yes", "tasks of gw-1 waited for a CPU in 40 % of the last 10 s")),
        (pressure(39), ("no", "tasks of gw-1 waited for a CPU in 39 % of the last 10 s")),
        ({"proc/pressure/cpu": "full\n"}, ("unknown", "/proc/pressure/cpu is damaged: it has no some avg10")),
    ],
)
def test_tasks_that_wait_for_a_cpu(now, expected):
    assert of_node(node.cpu_pressure, now) == expected


@pytest.mark.parametrize(
    ("fact", "counter", "what"),
    [
        (node.attempts_reset, "refused", "attempts to connect were refused"),
        (node.icmp_unreachable, "unreachable", "ICMP messages that a destination is unreachable"),
        (node.no_route_here, "no_routes", "packets found no route"),
    ],
)
def test_counters_that_grew(fact, counter, what):
    def of(now: int, before: int | None) -> tuple[str, str]:
        return of_node(fact, counters(**{counter: now}), None if before is None else counters(**{counter: before}))

    assert of(15, 10) == ("yes", f"gw-1: 5 {what} since before the fault")
    assert of(14, 10) == ("no", f"gw-1: 4 {what} since before the fault")
    assert of(900, None) == ("unknown", "there is no reading of gw-1 from before the fault to compare with")
    went_back = "a counter of gw-1 went back: the node was restarted between the two readings"
    assert of(3, 10) == ("unknown", went_back)


def test_forgotten_handshakes():
    three = "gw-1: 3 challenge ACKs: handshakes that the other side forgot since before the fault"
    two = "gw-1: 2 challenge ACKs: handshakes that the other side forgot since before the fault"
    assert of_node(node.syn_cookies_challenged, counters(challenged=3), {}) == ("yes", three)
    assert of_node(node.syn_cookies_challenged, counters(challenged=2), {}) == ("no", two)


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (
            tcp(connection(ORDERS, SYN_SENT, retransmits=1)),
            None,
            ("yes", "1 connection to 10.20.0.31:9001 in SYN_SENT, their SYNs sent again"),
        ),
        (
            tcp(connection(ORDERS, SYN_SENT), connection(ORDERS, ESTABLISHED, retransmits=3)),
            {},
            ("no", "gw-1: 0 SYNs were sent again since before the fault"),
        ),
        (
            tcp(connection(OTHER, SYN_SENT, retransmits=2)),
            {},
            ("no", "only connections to 10.20.0.77:8443 wait in SYN_SENT"),
        ),
        (counters(syn_again=5), {}, ("yes", "gw-1: 5 SYNs were sent again since before the fault")),
        ({}, None, ("no", "no connection to the upstream waits in SYN_SENT")),
        ({"proc/net/tcp": "junk\n"}, {}, ("unknown", "/proc/net/tcp is damaged: it has no header")),
    ],
    ids=["ours", "the first SYN is on its way", "of another upstream", "by the counter", "no counter", "damaged"],
)
def test_connects_without_an_answer(now, before, expected):
    found = of_node(node.syn_unanswered, now, before)

    assert (found[0], found[1] if found[0] != "unknown" else expected[1]) == expected


def test_without_known_ports_any_upstream_counts():
    now = {**system(), **tcp(connection(OTHER, SYN_SENT, retransmits=2))}
    case = Case(view=None, nodes={"gw-1": state("gw-1", now)})

    assert told(node.syn_unanswered, case, Symptom(scope=Scope(nodes=("gw-1",))))[0] == "yes"


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (
            counters(again=20, sent=12_000),
            counters(sent=10_000),
            ("yes", "gw-1 sent 20 of 2,000 segments again (1.0 %), SYNs not counted"),
        ),
        (
            counters(again=19, sent=12_000),
            counters(sent=10_000),
            ("no", "gw-1 sent 19 of 2,000 segments again (0.9 %), SYNs not counted"),
        ),
        (
            counters(again=4, sent=10_100),
            counters(sent=10_000),
            ("no", "gw-1 sent 4 of 100 segments again (4.0 %), SYNs not counted"),
        ),
        (
            counters(again=500, syn_again=500, sent=12_000),
            counters(sent=10_000),
            ("no", "gw-1 sent 0 of 2,000 segments again (0 %), SYNs not counted"),
        ),
        (counters(again=400), None, ("yes", "gw-1 sent 400 of 10,000 segments again (4.0 %), SYNs not counted")),
    ],
)
def test_lost_segments(now, before, expected):
    assert of_node(node.segments_lost, now, before) == expected


LOSSY = counters(again=200, sent=12_000)


@pytest.mark.parametrize(
    ("now", "is_so"),
    [
        (
            {**LOSSY, **tcp(connection(ORDERS, ESTABLISHED, retransmits=1), connection(OTHER, "04", retransmits=2))},
            "yes",
        ),
        ({**LOSSY, **tcp(connection(ORDERS, ESTABLISHED, retransmits=1))}, "no"),
        (tcp(connection(ORDERS, ESTABLISHED, retransmits=1), connection(OTHER, "04", retransmits=2)), "no"),
        ({**counters(again=200, sent=12_000, fast=5, duplicates=5)}, "yes"),
        ({**counters(again=200, sent=12_000, fast=5, duplicates=4)}, "no"),
    ],
    ids=["two addresses", "one address", "two, but hardly anything", "duplicates came", "too few of them"],
)
def test_loss_to_several_upstreams(now, is_so):
    assert of_node(node.loss_to_several, now, counters(sent=10_000))[0] == is_so


def test_loss_to_several_needs_an_earlier_reading():
    reason = "there is no reading of gw-1 from before the fault to compare with"
    assert of_node(node.loss_to_several, LOSSY) == ("unknown", reason)


@pytest.mark.parametrize(
    ("rows", "is_so", "count"),
    [
        ([connection(ORDERS, ESTABLISHED, retransmits=3, unsent=200)], "yes", 1),
        ([connection(ORDERS, ESTABLISHED, retransmits=2, unsent=200)], "no", 0),
        ([connection(ORDERS, ESTABLISHED, retransmits=3)], "no", 0),
        ([connection(ORDERS, SYN_SENT, retransmits=3, unsent=1)], "no", 0),
        ([connection(OTHER, ESTABLISHED, retransmits=3, unsent=200)], "no", 0),
        (
            [connection(ORDERS, "04", retransmits=5, unsent=9), connection(ORDERS, "09", retransmits=4, unsent=9)],
            "yes",
            2,
        ),
    ],
)
def test_connections_that_are_dead(rows, is_so, count):
    says = f"{count} established connections to the upstream send the same data again and again"
    assert of_node(node.old_connections_dead, tcp(*rows)) == (is_so, says)


@pytest.mark.parametrize(
    ("now", "unanswered", "late"),
    [
        (counters(out=110, came=105), "yes", "no"),
        (counters(out=110, came=106), "no", "no"),
        (counters(out=200, came=171), "no", "no"),
        (counters(out=200, came=170), "yes", "no"),
        (counters(out=120, came=100, late=20), "no", "yes"),
        (counters(out=120, came=100, late=4), "yes", "no"),
        (counters(out=120, came=120), "no", "no"),
    ],
)
def test_what_the_resolver_answers(now, unanswered, late):
    assert of_node(node.dns_unanswered, now, counters())[0] == unanswered
    assert of_node(node.dns_late, now, counters())[0] == late


def test_what_the_resolver_answers_in_words():
    now = counters(out=150, came=110, late=15)
    assert of_node(node.dns_unanswered, now, counters()) == (
        "yes",
        "gw-1 sent 50 datagrams and got 10, and 15 too late, since before the fault",
    )
    assert of_node(node.dns_late, now, counters()) == (
        "yes",
        "15 datagrams reached gw-1 after nobody waited for them any more (50 sent, 10 taken)",
    )


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (process(973, 1024), ("yes", "process 2417 of gw-1 has 973 of 1,024 descriptors open")),
        (process(972, 1024), ("no", "process 2417 of gw-1 has 972 of 1,024 descriptors open")),
        (process(1024, 1024, pid=2418), ("yes", "process 2418 of gw-1 has 1,024 of 1,024 descriptors open")),
        (
            {
                "proc/9/status": "Name:\tredis-server\n",
                "proc/9/limits": process(8, 8)["proc/2417/limits"],
                "proc/9/fd_count": "8\n",
            },
            ("no", "process 2417 of gw-1 has 40 of 65,536 descriptors open"),
        ),
        ({"proc/2417/limits": ""}, ("unknown", "/proc/2417/limits is empty")),
    ],
    ids=["on the threshold", "below", "a worker", "another program", "no limits"],
)
def test_descriptors(now, expected):
    assert of_node(node.descriptors_used_up, now) == expected


def ports(first: int, last: int, used: int, remote: str = ORDERS) -> dict[str, str]:
    rows = [connection(remote, TIME_WAIT, local=first + number) for number in range(used)]
    return {"proc/sys/net/ipv4/ip_local_port_range": f"{first}\t{last}\n", **tcp(*rows)}


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (ports(40000, 40099, 70), ("yes", "gw-1 has 70 sockets to 10.20.0.31:9001; its port range holds 100")),
        (ports(40000, 40099, 69), ("no", "gw-1 has 69 sockets to 10.20.0.31:9001; its port range holds 100")),
        (ports(40000, 40099, 0), ("no", "gw-1 has 0 sockets to nobody:0; its port range holds 100")),
        (
            {"proc/sys/net/ipv4/ip_local_port_range": "many\n"},
            ("unknown", "/proc/sys/net/ipv4/ip_local_port_range is damaged: 'many' is no number"),
        ),
    ],
)
def test_local_ports(now, expected):
    assert of_node(node.ports_used_up, now) == expected


def test_sockets_of_other_ports_than_the_range_do_not_count():
    rows = [connection(ORDERS, ESTABLISHED, local=number) for number in range(8000, 8100)]
    now = {"proc/sys/net/ipv4/ip_local_port_range": "40000\t40099\n", **tcp(*rows)}

    assert of_node(node.ports_used_up, now)[0] == "no"


OF_NODES = [one for one in vars(node).values() if one in facts().values()]


@pytest.mark.parametrize("fact", OF_NODES, ids=lambda fact: fact.id)
def test_without_a_copy_of_a_node_it_cannot_be_told(fact):
    assert told(fact, Case(view=None), ON_ONE_NODE) == ("unknown", "no copy of a node's /proc is at hand")


@pytest.mark.parametrize("fact", OF_NODES, ids=lambda fact: fact.id)
def test_an_empty_copy_says_nothing(fact):
    empty = Case(view=None, nodes={"gw-1": state("gw-1", {}, {})})

    assert told(fact, empty, ON_ONE_NODE)[0] == "unknown"


@pytest.mark.parametrize("fact", OF_NODES, ids=lambda fact: fact.id)
def test_a_node_at_rest_has_nothing(fact):
    assert of_node(fact, cpu(0, 100), cpu(0, 50))[0] == "no"


@pytest.mark.parametrize("fact", OF_NODES, ids=lambda fact: fact.id)
def test_another_node_than_the_affected_one_is_not_asked(fact):
    bad = {
        **system(refused=99, unreachable=99, no_routes=99, again=999, out=999, challenged=99, late=99, fast=99),
        **cpu(90, 100),
        **pressure(90),
        **process(1024, 1024),
        **ports(40000, 40009, 10),
    }
    nodes = {
        "gw-1": state("gw-1", {**system(), **cpu(0, 100)}, {**system(), **cpu(0, 50)}),
        "gw-2": state("gw-2", bad, {**system(), **cpu(0, 50)}),
    }

    assert told(fact, Case(view=None, nodes=nodes), ON_ONE_NODE)[0] == "no"


def test_a_counter_of_several_nodes_is_that_of_the_worst():
    grew = {
        name: state(name, system(refused=more), system()) for name, more in (("gw-1", 2), ("gw-2", 40), ("gw-3", 7))
    }
    everywhere = Symptom(scope=Scope(nodes=("gw-1", "gw-2", "gw-3")))

    says = "gw-2: 40 attempts to connect were refused since before the fault"
    assert told(node.attempts_reset, Case(view=None, nodes=grew), everywhere) == ("yes", says)


def test_a_node_that_cannot_tell_does_not_keep_the_others_from_telling():
    nodes = {"gw-1": state("gw-1", system(refused=99)), "gw-2": state("gw-2", system(refused=40), system())}
    everywhere = Symptom(scope=Scope(nodes=("gw-1", "gw-2")))

    assert told(node.attempts_reset, Case(view=None, nodes=nodes), everywhere)[0] == "yes"


def test_evidence_says_where_it_was_seen():
    nodes = {"gw-1": state("gw-1", process(1024, 1024))}
    answer = node.descriptors_used_up.tell(ON_ONE_NODE, Case(view=None, nodes=nodes))

    assert isinstance(answer, Answer)
    assert answer.evidence[0].source == FileSource(path="gw-1/proc/2417/limits")
