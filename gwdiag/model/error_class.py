"""What an error class is: how it is recognised, what it means, and what to do about it."""

from enum import IntEnum, StrEnum
from typing import Protocol

from gwdiag.model.dataclass import dataclass
from gwdiag.model.finding import Remedy, Severity

NONE = "none"
"""The class of a record that reports no failure. It has no file: there is nothing to say about it."""


class Fault(StrEnum):
    """Who can be at fault."""

    CLIENT = "client"
    GATEWAY = "gateway"
    NODE = "node"
    NETWORK = "network"
    RESOLVER = "resolver"
    UPSTREAM = "upstream"
    CONFIGURATION = "configuration"


class Stage(IntEnum):
    """Where it goes wrong. Where a message speaks of two stages the earlier one is the cause, the later its effect.

    `lookup NAME: dial udp: socket: too many open files` is about descriptors, not about the resolver.
    """

    PROCESS = 1  # the gateway's own code and memory
    DESCRIPTORS = 2  # what the kernel lends the process: files, local ports
    STORE = 3  # Redis, etcd, a database of the gateway's own
    CONFIGURATION = 4
    CLIENT = 5  # the connection to the client
    RESOLVER = 6
    CONNECT = 7
    CERTIFICATE = 8
    HANDSHAKE = 9
    EXCHANGE = 10  # request and answer on an established connection
    ADMISSION = 11  # what the gateway decided without asking the upstream
    UNEXPLAINED = 12  # it failed, and the record does not say why


class Words(Protocol):
    """Recognises messages by any of some regular expressions, whatever their case.

    `parts`: each of these, with one of the plain texts, in lower case, that all it finds has one of.
    """

    @property
    def parts(self) -> list[tuple[str, str]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorClass:
    """One kind of failure, the same in logs, probes, the reference gateway, triage and runbooks.

    `pattern` recognises its messages. `generic`: it also matches what a more exact class of the same stage says better,
    and then gives way. Commands in `next` may hold `{host}`, `{port}` and what else a message names.
    """

    title: str
    means: str
    at_fault: tuple[Fault, ...]
    stage: Stage
    pattern: Words
    generic: bool = False
    mistaken_for: tuple[str, ...] = ()
    told_apart: str
    causes: tuple[str, ...]
    next: tuple[Remedy, ...]
    runbook: str
    severity: Severity = Severity.ERROR
    background: bool = False
    """A low, steady rate of it is normal on a healthy gateway: clients leave, mistype keys, ask for the wrong path."""
