"""What the kernels of the affected nodes say: CPU, sockets, counters of before and during the fault.

Sources: proc(5), Documentation/networking/snmp_counter.rst and scheduler/sched-bwc.rst of the kernel.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from gwdiag.limits.cgroups import groups
from gwdiag.limits.check import Unreadable
from gwdiag.limits.moment import Moment
from gwdiag.limits.sockets import State
from gwdiag.model.finding import FileSource, Source
from gwdiag.model.problem import Unavailable
from gwdiag.model.words import counted, listed, number, percent
from gwdiag.triage.case import Case, NodeState
from gwdiag.triage.fact import Answer, FalseAlarm, answer, fact
from gwdiag.triage.symptoms import Symptom

NO_COPY = "no copy of a node's /proc is at hand"
CPU_STAT = ("sys/fs/cgroup/cpu/cpu.stat", "sys/fs/cgroup/cpu,cpuacct/cpu.stat", "sys/fs/cgroup/cpu.stat")
THROTTLED = 0.15
"""Share of the scheduler's periods in which the quota ran out, from which on requests wait noticeably."""

SOME = 5
"""Events of a counter that are more than a stray one."""

LOSS = 0.01
"""Share of segments sent again that clients notice."""

UNANSWERED = 0.3
"""Share of datagrams without an answer that is more than those on their way: with two nameservers one may answer."""

FIN_WAIT1 = "04"
ALIVE = (State.ESTABLISHED, FIN_WAIT1, "09", "0B")
"""States in which data may wait for an acknowledgement: also LAST_ACK and CLOSING."""


def _source(state: NodeState, path: str) -> Source:
    return FileSource(path=f"{state.place}/{path}")


def _throttled(state: NodeState) -> tuple[int, int]:
    """Throttled periods and all periods, since the earlier reading if there is one."""

    def figures(moment: Moment) -> dict[str, int]:
        folders = []
        with suppress(Unreadable):
            folders = [f"{group.folder}/cpu.stat" for group in groups(moment, "cpu")]
        for path in (*folders, *CPU_STAT):
            with suppress(Unreadable):
                found = moment.pairs(path)
                if "nr_periods" in found:
                    return found
        raise Unreadable("no control group with a CPU quota was recorded")

    now, before = figures(state.now), {}
    if state.before:
        with suppress(Unreadable):
            before = figures(state.before)
    return now.get("nr_throttled", 0) - before.get("nr_throttled", 0), now["nr_periods"] - before.get("nr_periods", 0)


@fact("Does the CPU quota stop the gateway?", command="gwdiag limits --only cpu.throttle", seconds=5)
def throttled(symptom: Symptom, case: Case) -> Answer | Unavailable:
    def read(state: NodeState) -> tuple[float, int, int, NodeState]:
        stopped, periods = _throttled(state)
        return stopped / periods if periods else 0.0, stopped, periods, state

    told = case.told(symptom.scope.nodes, read)
    if isinstance(told, Unavailable):
        return told
    share, stopped, periods, state = max(told, key=lambda one: one[0])
    says = f"the CPU quota of {state.name} ran out in {number(stopped)} of {number(periods)} periods ({percent(share)})"
    return answer(
        share >= THROTTLED and stopped >= SOME,
        says,
        share,
        "share of periods",
        _source(state, "cpu.stat of its control group"),
    )


@fact("Do tasks of the machine wait for a CPU?", false_alarm=0.4, command="gwdiag limits --only cpu", seconds=5)
def cpu_pressure(symptom: Symptom, case: Case) -> Answer | Unavailable:
    told = case.told(symptom.scope.nodes, lambda state: (state.now.pressure("proc/pressure/cpu", "some"), state))
    if isinstance(told, Unavailable):
        return told
    value, state = max(told, key=lambda one: one[0])
    says = f"tasks of {state.name} waited for a CPU in {value:.0f} % of the last 10 s"
    return answer(value >= 40, says, value, "%", _source(state, "proc/pressure/cpu"))


def _grown(
    symptom: Symptom, case: Case, count: Callable[[Moment], int], what: str, path: str, least: int = SOME
) -> Answer | Unavailable:
    """Whether a counter of the affected nodes grew by more than a stray event since before the fault."""
    found = case.told(symptom.scope.nodes, lambda state: (state.grown(count), state))
    if isinstance(found, Unavailable):
        return found
    most, state = max(found, key=lambda one: one[0])
    return answer(most >= least, f"{state.name}: {number(most)} {what} {state.since}", most, None, _source(state, path))


def _sockets(state: NodeState, symptom: Symptom, states: tuple[str, ...]) -> list[tuple[str, int, int, str]]:
    """Upstream, retransmits, unsent bytes and state of sockets to the ports of the symptom's upstreams."""
    return [
        (one.upstream, one.retransmits, one.unsent, one.state)
        for one in state.now.connections
        if one.state in states and (not symptom.ports or one.remote_port in symptom.ports)
    ]


@fact("Are attempts to connect to the upstream left without any answer?", command="ss -tno state syn-sent", seconds=1)
def syn_unanswered(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """By the sockets that wait; by the counter of the node where none waits at all, here or elsewhere."""
    own, others = Counter[str](), Counter[str]()

    def read(state: NodeState) -> Source:
        for one in state.now.connections:
            if one.state == State.SYN_SENT and one.retransmits:
                is_own = not symptom.ports or one.remote_port in symptom.ports
                (own if is_own else others)[one.upstream] += 1
        return _source(state, "proc/net/tcp")

    told = case.told(symptom.scope.nodes, read)
    if isinstance(told, Unavailable):
        return told
    source = told[-1]
    if own:
        says = f"{counted(own.total(), 'connection')} to {listed(sorted(own))} in SYN_SENT, their SYNs sent again"
        return answer(True, says, own.total(), "sockets", source)
    if others:
        return answer(False, f"only connections to {listed(sorted(others))} wait in SYN_SENT", 0, "sockets", source)
    grown = _grown(
        symptom, case, lambda moment: moment.tcp_ext("TCPSynRetrans"), "SYNs were sent again", "proc/net/netstat"
    )
    if isinstance(grown, Unavailable):
        return answer(False, "no connection to the upstream waits in SYN_SENT")
    return grown


@fact("Are connections to the upstream refused with a reset?", false_alarm=FalseAlarm.SELDOM)
def attempts_reset(symptom: Symptom, case: Case) -> Answer | Unavailable:
    return _grown(
        symptom,
        case,
        lambda moment: moment.counter("snmp", "Tcp", "AttemptFails"),
        "attempts to connect were refused",
        "proc/net/snmp",
    )


@fact("Do ICMP messages say that the upstream cannot be reached?")
def icmp_unreachable(symptom: Symptom, case: Case) -> Answer | Unavailable:
    return _grown(
        symptom,
        case,
        lambda moment: moment.counter("snmp", "Icmp", "InDestUnreachs"),
        "ICMP messages that a destination is unreachable",
        "proc/net/snmp",
    )


@fact("Has the node no route to the upstream?", command="ip route get {host}", seconds=1)
def no_route_here(symptom: Symptom, case: Case) -> Answer | Unavailable:
    return _grown(
        symptom,
        case,
        lambda moment: moment.counter("snmp", "Ip", "OutNoRoutes"),
        "packets found no route",
        "proc/net/snmp",
    )


def _lost(state: NodeState) -> tuple[int, int]:
    """Segments sent again on established connections, and segments sent."""

    grown = state.grown if state.before else lambda count: count(state.now)
    again = grown(lambda moment: moment.counter("snmp", "Tcp", "RetransSegs"))
    of_syns = grown(lambda moment: moment.tcp_ext("TCPSynRetrans"))
    sent = grown(lambda moment: moment.counter("snmp", "Tcp", "OutSegs"))
    return max(0, again - of_syns), sent


@fact(
    "Are many segments lost on established connections?",
    false_alarm=FalseAlarm.SELDOM,
    command="gwdiag limits --only tcp",
    seconds=5,
)
def segments_lost(symptom: Symptom, case: Case) -> Answer | Unavailable:
    def read(state: NodeState) -> tuple[float, int, int, NodeState]:
        again, sent = _lost(state)
        return again / sent if sent else 0.0, again, sent, state

    found = case.told(symptom.scope.nodes, read)
    if isinstance(found, Unavailable):
        return found
    share, again, sent, state = max(found, key=lambda one: one[0])
    says = f"{state.name} sent {number(again)} of {number(sent)} segments again ({percent(share)}), SYNs not counted"
    return answer(share >= LOSS and again >= SOME, says, share, "share of segments", _source(state, "proc/net/snmp"))


@fact("Are packets to several upstreams lost at once?", false_alarm=FalseAlarm.RARE)
def loss_to_several(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """Sockets with unacknowledged data that was sent again, to more than one remote address, or signs of duplicates."""

    def read(state: NodeState) -> tuple[Counter[str], int, int, bool, NodeState]:
        of_loss = ("TCPFastRetrans", "TCPLossProbes", "TCPSackRecovery", "TCPLostRetransmit")
        fast = state.grown(lambda moment: moment.tcp_ext(*of_loss))
        twice = state.grown(lambda moment: moment.tcp_ext("TCPDSACKRecv", "TCPDSACKOldSent"))
        waiting = (*ALIVE, State.SYN_SENT)
        remotes = Counter(one.upstream for one in state.now.connections if one.retransmits and one.state in waiting)
        return remotes, *_lost(state), min(fast, twice) >= SOME, state

    found = case.told(symptom.scope.nodes, read)
    if isinstance(found, Unavailable):
        return found
    remotes, again, sent, shows_loss, state = max(found, key=lambda one: (len(one[0]), one[1]))
    is_lossy = again >= SOME and again >= LOSS * sent
    is_so = is_lossy and (len(remotes) > 1 or (shows_loss and not symptom.failures))
    says = (
        f"{state.name} sends again to {listed(sorted(remotes)) or 'no one'} at this moment; "
        f"{number(again)} segments sent again {state.since}"
    )
    return answer(is_so, says, len(remotes), "addresses", _source(state, "proc/net/tcp"))


@fact("Do requests wait unacknowledged on connections that were set up before?", false_alarm=FalseAlarm.RARE)
def old_connections_dead(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """Data sent again many times on established connections to the upstream, while new ones are answered."""

    def read(state: NodeState) -> tuple[int, Source]:
        stuck = sum(retransmits >= 3 and unsent > 0 for _, retransmits, unsent, _ in _sockets(state, symptom, ALIVE))
        return stuck, _source(state, "proc/net/tcp")

    told = case.told(symptom.scope.nodes, read)
    if isinstance(told, Unavailable):
        return told
    stuck = sum(count for count, _ in told)
    source = next((place for count, place in told if count), None)
    return answer(
        stuck > 0,
        f"{number(stuck)} established connections to the upstream send the same data again and again",
        stuck,
        "sockets",
        source,
    )


def _udp(state: NodeState) -> tuple[int, int, int, NodeState]:
    """Datagrams sent, received, and received after nobody waited for them any more."""

    def grown(name: str) -> int:
        return state.grown(lambda moment: moment.counter("snmp", "Udp", name))

    return grown("OutDatagrams"), grown("InDatagrams"), grown("NoPorts"), state


@fact(
    "Does the resolver leave questions unanswered?",
    false_alarm=FalseAlarm.RARE,
    command="gwdiag probe {target}",
    seconds=10,
)
def dns_unanswered(symptom: Symptom, case: Case) -> Answer | Unavailable:
    told = case.told(symptom.scope.nodes, _udp)
    if isinstance(told, Unavailable):
        return told
    out, came, late, state = max(told, key=lambda one: one[0] - one[1] - one[2])
    missing = out - came - late
    says = (
        f"{state.name} sent {number(out)} datagrams and got {number(came)}, and {number(late)} too late, {state.since}"
    )
    return answer(
        missing >= SOME and missing >= UNANSWERED * out, says, missing, "datagrams", _source(state, "proc/net/snmp")
    )


@fact(
    "Do the resolver's answers come too late?", false_alarm=FalseAlarm.RARE, command="gwdiag probe {target}", seconds=10
)
def dns_late(symptom: Symptom, case: Case) -> Answer | Unavailable:
    told = case.told(symptom.scope.nodes, _udp)
    if isinstance(told, Unavailable):
        return told
    out, came, late, state = max(told, key=lambda one: one[2])
    says = (
        f"{number(late)} datagrams reached {state.name} after nobody waited for them any more "
        f"({number(out)} sent, {number(came)} taken)"
    )
    return answer(late >= SOME, says, late, "datagrams", _source(state, "proc/net/snmp"))


@fact("Are the gateway's descriptors used up?", command="gwdiag limits --only fd", seconds=1)
def descriptors_used_up(symptom: Symptom, case: Case) -> Answer | Unavailable:
    found = case.told(symptom.scope.nodes, _fullest)
    if isinstance(found, Unavailable):
        return found
    share, used, soft, state, pid = max(found, key=lambda one: one[0])
    return answer(
        share >= 0.95,
        f"process {pid} of {state.name} has {number(used)} of {number(soft)} descriptors open",
        share,
        "share",
        _source(state, f"proc/{pid}/limits"),
    )


def _fullest(state: NodeState) -> tuple[float, int, float, NodeState, int]:
    """The process of the gateway that is nearest to its limit: share, descriptors, limit, node and pid."""
    found, why = [], NO_COPY
    for pid in _pids(state):
        moment = Moment(state.now.snapshot, pid)
        try:
            used, soft = _descriptors(moment, pid), moment.rlimit("Max open files")[0]
        except Unreadable as unreadable:
            why = str(unreadable)
            continue
        found.append((used / soft if soft else 0.0, used, soft, state, pid))
    if not found:
        raise Unreadable(why)
    return max(found, key=lambda one: one[0])


def _pids(state: NodeState) -> list[int]:
    """The gateway's processes: those that are called like the one that is known; all of a copy where none is."""
    pids: list[int] = []
    with suppress(Unreadable):
        pids = sorted(int(name) for name in state.now.names("proc") if name.isdecimal())
        own = _called(state, state.now.pid)
        return [pid for pid in pids if pid == state.now.pid or _called(state, pid) == own]
    return pids


def _called(state: NodeState, pid: int) -> str:
    """The first line of a process's status, which is its name; nothing where it cannot be read."""
    with suppress(Unreadable):
        return state.now.lines(f"proc/{pid}/status")[0]
    return ""


def _descriptors(moment: Moment, pid: int) -> int:
    """A bundle may hold their number alone."""
    with suppress(Unreadable):
        return len(moment.descriptors)
    return moment.number(f"proc/{pid}/fd_count")


@fact("Are the local ports to the upstream used up?", command="gwdiag limits --only port", seconds=1)
def ports_used_up(symptom: Symptom, case: Case) -> Answer | Unavailable:
    def read(state: NodeState) -> tuple[float, int, int, str, NodeState]:
        range_ = state.now.numbers(state.now.setting("net/ipv4/ip_local_port_range"))
        if len(range_) != 2 or range_[1] < range_[0]:
            raise Unreadable("the range of local ports is damaged")
        first, last = range_
        to = Counter(
            (one.remote, one.remote_port)
            for one in state.now.connections
            if first <= one.local_port <= last and one.remote_port
        )
        (remote, port), count = to.most_common(1)[0] if to else (("nobody", 0), 0)
        return count / (last - first + 1), count, last - first + 1, f"{remote}:{port}", state

    found = case.told(symptom.scope.nodes, read)
    if isinstance(found, Unavailable):
        return found
    share, count, size, remote, state = max(found, key=lambda one: one[0])
    return answer(
        share >= 0.7,
        f"{state.name} has {number(count)} sockets to {remote}; its port range holds {number(size)}",
        share,
        "share",
        _source(state, "proc/net/tcp"),
    )


@fact("Did the other side forget handshakes that were done?", false_alarm=FalseAlarm.SELDOM)
def syn_cookies_challenged(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """TCPChallengeACK and TCPSYNChallenge: the other side's accept queue overflowed and forgot handshakes."""
    return _grown(
        symptom,
        case,
        lambda moment: moment.tcp_ext("TCPChallengeACK", "TCPSYNChallenge"),
        "challenge ACKs: handshakes that the other side forgot",
        "proc/net/netstat",
        3,
    )
