"""The table of sockets: rows of real kernels, and what is no table."""

import re
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gwdiag.limits.check import Unreadable
from gwdiag.limits.sockets import Socket, address, parsed
from tests.limits.node import TCP_HEADER

ROWS = (
    "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 1065835 1 "
    "000000005cb05940 100 0 0 10 0\n"
    "  12: 0100580A:A7F8 0302010A:01BB 02 00000001:00000000 01:0000012C 00000003  1000        0 1070001 2 "
    "0000000000000000 800 0 0 1 7                   \n"
    "1024: 0100580A:9C40 0200580A:2328 06 00000000:00000000 03:000010B2 00000000     0        0 0 3 0000000000000000\n"
)


def test_rows_of_every_kind():
    assert parsed(TCP_HEADER + ROWS, "proc/net/tcp") == [
        Socket("127.0.0.1", 8080, "0.0.0.0", 0, "0A", 0, 0, "1065835"),
        Socket("10.88.0.1", 43000, "10.1.2.3", 443, "02", 1, 3, "1070001"),
        Socket("10.88.0.1", 40000, "10.88.0.2", 9000, "06", 0, 0, "0"),
    ]


def test_addresses_of_ipv6_and_of_ipv4_within():
    assert address("B80D0120000000000000000001000000") == "2001:db8::1"
    assert address("0000000000000000FFFF00000100007F") == "127.0.0.1"
    [one] = parsed(
        TCP_HEADER + ROWS.splitlines(keepends=True)[1].replace("0302010A", "B80D0120" + "0" * 16 + "01000000"), "x"
    )
    assert (one.upstream, one.is_v6) == ("[2001:db8::1]:443", False)


@pytest.mark.parametrize(
    "table",
    [
        "no header\n" + ROWS,
        TCP_HEADER + ROWS[:-1],
        TCP_HEADER + ROWS.replace("0A 0", "ZZ 0"),
        TCP_HEADER + ROWS + "  13: 0100580A:A7F8\n",
        TCP_HEADER + ROWS.replace("0100007F", "0100007"),
        TCP_HEADER.rstrip("\n"),
        "\n",
    ],
)
def test_what_is_no_whole_table_is_damaged(table):
    with pytest.raises(Unreadable, match="proc/net/tcp is damaged"):
        parsed(table, "proc/net/tcp")


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_damaged(text):
    try:
        found = parsed(TCP_HEADER + text, "x")
    except Unreadable:
        return
    assert len(found) == len([line for line in text.splitlines() if line.strip()])


@pytest.mark.skipif(not Path("/proc/self/net/tcp").exists(), reason="no Linux /proc here")
def test_a_listening_socket_of_this_machine_is_in_its_table():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        inode = re.sub(r"\D", "", str(Path(f"/proc/self/fd/{listener.fileno()}").readlink()))
        found = parsed(Path("/proc/self/net/tcp").read_text(), "proc/self/net/tcp")

    assert Socket("127.0.0.1", port, "0.0.0.0", 0, "0A", 0, 0, inode) in found
