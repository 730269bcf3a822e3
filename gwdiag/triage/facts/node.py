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
    told, why = [], NO_COPY
    for state in case.states(symptom.scope.nodes):
        try:
            stopped, periods = _throttled(state)
        except Unreadable as unreadable:
            why = str(unreadable)
            continue
        told.append((stopped / periods if periods else 0.0, stopped, periods, state))
    if not told:
        return Unavailable(why)
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
    return _worst(
        symptom,
        case,
        lambda moment: moment.pressure("proc/pressure/cpu", "some"),
        lambda state, value: answer(
            value >= 40,
            f"tasks of {state.name} waited for a CPU in {value:.0f} % of the last 10 s",
            value,
            "%",
            _source(state, "proc/pressure/cpu"),
        ),
    )


def _worst(
    symptom: Symptom, case: Case, read: Callable[[Moment], float], told: Callable[[NodeState, float], Answer]
) -> Answer | Unavailable:
    """The answer of the node with the highest figure."""
    found, why = [], NO_COPY
    for state in case.states(symptom.scope.nodes):
        try:
            found.append((read(state.now), state))
        except Unreadable as unreadable:
            why = str(unreadable)
    if not found:
        return Unavailable(why)
    value, state = max(found, key=lambda one: one[0])
    return told(state, value)


def _grown(
    symptom: Symptom, case: Case, count: Callable[[Moment], int], what: str, path: str, least: int = SOME
) -> Answer | Unavailable:
    """Whether a counter of the affected nodes grew by more than a stray event since before the fault."""
    found, why = [], NO_COPY
    for state in case.states(symptom.scope.nodes):
        try:
            found.append((state.grown(count), state))
        except Unreadable as unreadable:
            why = str(unreadable)
    if not found:
        return Unavailable(why)
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
    own, others, told, why = Counter[str](), Counter[str](), False, NO_COPY
    source: Source | None = None
    for state in case.states(symptom.scope.nodes):
        try:
            for one in state.now.connections:
                if one.state == State.SYN_SENT and one.retransmits:
                    is_own = not symptom.ports or one.remote_port in symptom.ports
                    (own if is_own else others)[one.upstream] += 1
                    source = _source(state, "proc/net/tcp")
            told = True
        except Unreadable as unreadable:
            why = str(unreadable)
    if not told:
        return Unavailable(why)
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
    found, why = [], NO_COPY
    for state in case.states(symptom.scope.nodes):
        try:
            again, sent = _lost(state)
        except Unreadable as unreadable:
            why = str(unreadable)
            continue
        found.append((again / sent if sent else 0.0, again, sent, state))
    if not found:
        return Unavailable(why)
    share, again, sent, state = max(found, key=lambda one: one[0])
    says = f"{state.name} sent {number(again)} of {number(sent)} segments again ({percent(share)}), SYNs not counted"
    return answer(share >= LOSS and again >= SOME, says, share, "share of segments", _source(state, "proc/net/snmp"))


@fact("Are packets to several upstreams lost at once?", false_alarm=FalseAlarm.RARE)
def loss_to_several(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """Sockets with unacknowledged data that was sent again, to more than one remote address, or signs of duplicates."""
    found, why = [], NO_COPY
    for state in case.states(symptom.scope.nodes):
        try:
            remotes = Counter(
                one.upstream
                for one in state.now.connections
                if one.retransmits and one.state in (*ALIVE, State.SYN_SENT)
            )
            fast = state.grown(
                lambda moment: moment.tcp_ext("TCPFastRetrans", "TCPLossProbes", "TCPSackRecovery", "TCPLostRetransmit")
            )
            duplicates = state.grown(lambda moment: moment.tcp_ext("TCPDSACKRecv", "TCPDSACKOldSent"))
            again, sent = _lost(state)
        except Unreadable as unreadable:
            why = str(unreadable)
            continue
        found.append((len(remotes), again, sent, fast, duplicates, state, remotes))
    if not found:
        return Unavailable(why)
    remotes_count, again, sent, fast, duplicates, state, remotes = max(found, key=lambda one: (one[0], one[1]))
    is_lossy = again >= SOME and again >= LOSS * sent
    is_so = is_lossy and (remotes_count > 1 or (duplicates >= SOME and fast >= SOME and not symptom.failures))
    says = (
        f"{state.name} sends again to {listed(sorted(remotes)) or 'no one'} at this moment; "
        f"{number(again)} segments sent again {state.since}"
    )
    return answer(is_so, says, remotes_count, "addresses", _source(state, "proc/net/tcp"))


@fact("Do requests wait unacknowledged on connections that were set up before?", false_alarm=FalseAlarm.RARE)
def old_connections_dead(symptom: Symptom, case: Case) -> Answer | Unavailable:
    """Data sent again many times on established connections to the upstream, while new ones are answered."""
    stuck, told, why = 0, False, NO_COPY
    source: Source | None = None
    for state in case.states(symptom.scope.nodes):
        try:
            for _, retransmits, unsent, _ in _sockets(state, symptom, ALIVE):
                if retransmits >= 3 and unsent:
                    stuck += 1
                    source = _source(state, "proc/net/tcp")
            told = True
        except Unreadable as unreadable:
            why = str(unreadable)
    if not told:
        return Unavailable(why)
    return answer(
        stuck > 0,
        f"{number(stuck)} established connections to the upstream send the same data again and again",
        stuck,
        "sockets",
        source,
    )


def _udp(state: NodeState) -> tuple[int, int, int]:
    """Datagrams sent, received, and received after nobody waited for them any more."""

    def grown(name: str) -> int:
        return state.grown(lambda moment: moment.counter("snmp", "Udp", name))

    return grown("OutDatagrams"), grown("InDatagrams"), grown("NoPorts")


def _udp_of(symptom: Symptom, case: Case) -> list[tuple[int, int, int, NodeState]] | Unavailable:
    found, why = [], NO_COPY
    for state in case.states(symptom.scope.nodes):
        try:
            found.append((*_udp(state), state))
        except Unreadable as unreadable:
            why = str(unreadable)
    return found or Unavailable(why)


@fact(
    "Does the resolver leave questions unanswered?",
    false_alarm=FalseAlarm.RARE,
    command="gwdiag probe {target}",
    seconds=10,
)
def dns_unanswered(symptom: Symptom, case: Case) -> Answer | Unavailable:
    told = _udp_of(symptom, case)
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
    told = _udp_of(symptom, case)
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
    found, why = [], NO_COPY
    for state in case.states(symptom.scope.nodes):
        for pid in _pids(state):
            moment = Moment(state.now.snapshot, pid)
            try:
                used, soft = _descriptors(moment, pid), moment.rlimit("Max open files")[0]
            except Unreadable as unreadable:
                why = str(unreadable)
                continue
            found.append((used / soft if soft else 0.0, used, soft, state, pid))
    if not found:
        return Unavailable(why)
    share, used, soft, state, pid = max(found, key=lambda one: one[0])
    return answer(
        share >= 0.95,
        f"process {pid} of {state.name} has {number(used)} of {number(soft)} descriptors open",
        share,
        "share",
        _source(state, f"proc/{pid}/limits"),
    )


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
    found, why = [], NO_COPY
    for state in case.states(symptom.scope.nodes):
        try:
            first, last = state.now.numbers(state.now.setting("net/ipv4/ip_local_port_range"))[:2]
            to = Counter(
                (one.remote, one.remote_port)
                for one in state.now.connections
                if first <= one.local_port <= last and one.remote_port
            )
        except (Unreadable, ValueError) as unreadable:
            why = str(unreadable)
            continue
        (remote, port), count = to.most_common(1)[0] if to else (("nobody", 0), 0)
        found.append((count / (last - first + 1), count, last - first + 1, f"{remote}:{port}", state))
    if not found:
        return Unavailable(why)
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
