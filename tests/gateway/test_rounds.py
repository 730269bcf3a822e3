"""Connections served in rounds: real sockets, and the loop as the gateway runs it."""

import asyncio
import socket
import struct
import threading
import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gwdiag.gateway.rounds import AT_ONCE, FIRST_READ, MOST_READ, Rounds, run
from gwdiag.gateway.stream import HIGH, LONG, Stream
from tests.gateway.served import PATIENCE

SIZES = st.sampled_from([1, 43, FIRST_READ, LONG, LONG + 1, HIGH + 1, MOST_READ, 300_000])


class Noted(asyncio.Protocol):
    """Notes what it is told, in order."""

    def __init__(self, *, keeps_open: bool = False) -> None:
        self.told: list[object] = []
        self.got = b""
        self._keeps_open = keeps_open

    def connection_made(self, transport: asyncio.BaseTransport) -> None:  # noqa: ARG002
        self.told.append("made")

    def data_received(self, data: bytes) -> None:
        self.got += data

    def eof_received(self) -> bool:
        self.told.append("eof")
        return self._keeps_open

    def connection_lost(self, exc: Exception | None) -> None:
        self.told.append(type(exc) if exc else "lost")

    def pause_writing(self) -> None:
        self.told.append("pause")

    def resume_writing(self) -> None:
        self.told.append("resume")


def in_rounds(main: Callable[[Rounds], object]) -> None:
    """Runs a coroutine function, for no longer than a test may take."""

    async def limited(rounds: Rounds) -> None:
        async with asyncio.timeout(PATIENCE):
            await main(rounds)  # type: ignore[misc]

    run(limited)


def pair(rounds: Rounds, protocol: asyncio.Protocol, **more: bool) -> tuple[Stream, socket.socket]:
    """A stream and its peer, over TCP."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    far.settimeout(PATIENCE)
    return Stream(rounds, near, near.getpeername(), protocol, **more), far


async def until(check: Callable[[], object]) -> None:
    while not check():
        await asyncio.sleep(0.005)


def reset(far: socket.socket) -> None:
    far.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    far.close()


def test_what_was_written_in_one_go_is_sent_at_once():
    async def main(rounds: Rounds) -> None:
        stream, far = pair(rounds, Noted())

        stream.write(b"one ")
        stream.write(memoryview(b"two"))
        stream.write(b"")
        far.setblocking(False)
        with pytest.raises(BlockingIOError):
            far.recv(100)  # nothing goes out before the end of the round
        await asyncio.sleep(0.01)

        assert far.recv(100) == b"one two"
        stream.abort()
        far.close()

    in_rounds(main)


def test_what_comes_is_told_whole_however_long_it_is():
    async def main(rounds: Rounds) -> None:
        noted = Noted()
        _, far = pair(rounds, noted)
        sent = bytes(range(256)) * 8000
        threading.Thread(target=far.sendall, args=(sent,), daemon=True).start()

        await until(lambda: len(noted.got) == len(sent))

        assert noted.got == sent
        far.close()
        await until(lambda: len(noted.told) == 3)
        assert noted.told == ["made", "eof", "lost"]

    in_rounds(main)


@settings(max_examples=30, deadline=None)
@given(st.lists(SIZES, max_size=12))
def test_whatever_is_written_arrives_as_it_is_behind_a_slow_reader(sizes):
    pieces = [bytes([65 + index % 26]) * size for index, size in enumerate(sizes)]
    got = []

    def read(far: socket.socket) -> None:
        while piece := far.recv(50_000):
            got.append(piece)

    async def main(rounds: Rounds) -> None:
        noted = Noted()
        stream, far = pair(rounds, noted)
        stream.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 15)
        for piece in pieces:
            stream.write(piece)
        reader = threading.Thread(target=read, args=(far,), daemon=True)
        reader.start()
        stream.close()
        await until(lambda: not reader.is_alive())

        assert b"".join(got) == b"".join(pieces)
        assert noted.told[-1] == "lost"
        assert noted.told.count("lost") == 1
        far.close()

    in_rounds(main)


def test_a_writer_is_paused_while_nobody_reads_and_goes_on_then():
    async def main(rounds: Rounds) -> None:
        noted = Noted()
        stream, far = pair(rounds, noted)
        wanted = 0
        while "pause" not in noted.told:
            stream.write(b"x" * HIGH)
            wanted += HIGH

        assert stream.get_write_buffer_size() > HIGH
        got = 0
        while got < wanted:
            got += len(await asyncio.to_thread(far.recv, 1 << 20))
        await until(lambda: "resume" in noted.told)

        assert noted.told == ["made", "pause", "resume"]
        assert stream.get_write_buffer_size() == 0
        stream.abort()
        far.close()

    in_rounds(main)


def test_who_does_not_want_to_read_is_told_nothing():
    async def main(rounds: Rounds) -> None:
        noted = Noted()
        stream, far = pair(rounds, noted)
        stream.pause_reading()
        far.sendall(b"later")
        await asyncio.sleep(0.02)
        assert noted.got == b""

        stream.resume_reading()
        await until(lambda: noted.got)

        assert noted.got == b"later"
        stream.abort()
        far.close()

    in_rounds(main)


def test_a_peer_that_has_said_all_may_still_be_answered():
    async def main(rounds: Rounds) -> None:
        noted = Noted(keeps_open=True)
        stream, far = pair(rounds, noted)
        far.shutdown(socket.SHUT_WR)
        await until(lambda: "eof" in noted.told)

        stream.write(b"an answer")
        stream.write_eof()

        assert await asyncio.to_thread(far.recv, 100) == b"an answer"
        assert await asyncio.to_thread(far.recv, 100) == b""
        assert noted.told == ["made", "eof"]
        stream.close()
        await until(lambda: len(noted.told) == 3)
        assert noted.told[2] == "lost"
        far.close()

    in_rounds(main)


def test_a_reset_is_told_once_with_its_reason():
    async def main(rounds: Rounds) -> None:
        noted = Noted()
        stream, far = pair(rounds, noted)

        reset(far)
        await until(lambda: len(noted.told) > 1)
        stream.write(b"to nobody")
        stream.abort()
        await asyncio.sleep(0.01)

        assert noted.told == ["made", ConnectionResetError]

    in_rounds(main)


def test_a_write_that_fails_is_told_without_waiting_for_anything_else():
    class Lost(Noted):
        def __init__(self) -> None:
            super().__init__()
            self.lost: asyncio.Future[type] = asyncio.get_running_loop().create_future()

        def connection_lost(self, exc: Exception | None) -> None:
            self.lost.set_result(type(exc))

    async def main(rounds: Rounds) -> None:
        noted = Lost()
        stream, far = pair(rounds, noted)
        stream.pause_reading()
        reset(far)
        stream.write(b"to nobody")
        begun = time.monotonic()

        assert await noted.lost is ConnectionResetError
        assert time.monotonic() - begun < PATIENCE / 2

    in_rounds(main)


def test_abort_forgets_what_is_unsent_and_close_does_not():
    async def main(rounds: Rounds) -> None:
        aborted, closed = Noted(), Noted()
        first, far_first = pair(rounds, aborted)
        second, far_second = pair(rounds, closed)
        for stream in (first, second):
            stream.write(b"words")
        first.abort()
        second.close()
        second.write(b" too late")
        assert (aborted.told, closed.told) == (["made"], ["made"])  # never from within

        assert await asyncio.to_thread(far_first.recv, 100) == b""
        assert await asyncio.to_thread(far_second.recv, 100) == b"words"
        assert await asyncio.to_thread(far_second.recv, 100) == b""
        assert (aborted.told, closed.told) == (["made", "lost"], ["made", "lost"])
        far_first.close()
        far_second.close()

    in_rounds(main)


def test_what_a_peer_said_before_it_went_is_told_though_more_was_to_be_sent():
    async def main(rounds: Rounds) -> None:
        noted = Noted()
        stream, far = pair(rounds, noted)
        while not stream.is_blocked:
            stream.write(b"x" * HIGH)

        far.sendall(b"too much")
        far.close()  # what it has not read makes this a reset
        await until(lambda: noted.told[-1] not in ("made", "pause"))

        assert noted.got == b"too much"

    in_rounds(main)


def test_what_a_bug_breaks_is_one_connection():
    class Broken(Noted):
        def data_received(self, data: bytes) -> None:
            raise ValueError(data)

    async def main(rounds: Rounds) -> None:
        seen: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: seen.append(str(context["exception"])))
        broken, whole = Broken(), Noted()
        _, far_broken = pair(rounds, broken)
        _, far_whole = pair(rounds, whole)

        far_broken.sendall(b"a")
        far_whole.sendall(b"b")
        await until(lambda: whole.got and len(broken.told) > 1)

        assert seen == ["b'a'"]
        assert (broken.told, whole.told) == (["made", "lost"], ["made"])
        far_broken.close()
        far_whole.close()
        await until(lambda: len(whole.told) == 3)

    in_rounds(main)


def test_answers_are_told_before_requests_and_nobody_waits_for_a_round_of_others():
    order: list[str] = []

    class Named(Noted):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            order.append(self.name)

    async def main(rounds: Rounds) -> None:
        many = AT_ONCE * 2
        requests = [pair(rounds, Named("request")) for _ in range(many)]
        answer = pair(rounds, Named("answer"), goes_first=True)
        for _, far in requests[: AT_ONCE // 2]:
            far.sendall(b"x")
        answer[1].sendall(b"x")

        await until(lambda: len(order) > AT_ONCE // 2)
        assert order == ["answer"] + ["request"] * (AT_ONCE // 2)
        order.clear()
        for _, far in requests:
            far.sendall(b"x")
        await until(lambda: len(order) == many)
        for stream, far in (*requests, answer):
            stream.abort()
            far.close()

    in_rounds(main)


def test_one_that_is_ended_by_another_in_the_same_round_is_told_nothing_more():
    class Ending(Noted):
        other: Stream

        def data_received(self, data: bytes) -> None:  # noqa: ARG002
            self.other.abort()

    async def main(rounds: Rounds) -> None:
        ending, ended = Ending(), Noted()
        first, far_first = pair(rounds, ending, goes_first=True)
        ending.other, far_second = pair(rounds, ended)
        far_first.sendall(b"x")
        far_second.sendall(b"y")

        await until(lambda: len(ended.told) > 1)

        assert (ended.told, ended.got) == (["made", "lost"], b"")
        first.abort()
        far_first.close()
        far_second.close()

    in_rounds(main)


def test_timers_threads_and_other_descriptors_of_the_loop_go_on():
    async def main(rounds: Rounds) -> None:
        loop = asyncio.get_running_loop()
        near, far = socket.socketpair()
        came = loop.create_future()
        loop.add_reader(near, lambda: came.done() or came.set_result(near.recv(10)))
        loop.call_later(0.02, far.send, b"word")
        begun = time.monotonic()

        assert await came == b"word"
        assert await asyncio.to_thread(lambda: 7) == 7
        assert 0.02 <= time.monotonic() - begun < 2
        loop.remove_reader(near)
        near.close()
        far.close()

    in_rounds(main)
