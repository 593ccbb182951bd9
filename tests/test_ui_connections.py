"""Whatever would leave this computer is heard, counted and refused, but what the settings allow."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ui.connections import is_here

# In a process of its own: an audit hook can never be taken out again.
OUTWARD = """
import socket, asyncio, urllib.request
from ui.connections import Watch
watch = Watch({allowed!r})
watch.begin()
def tried(act):
    try:
        act()
    except OSError as error:
        return "opens no connection to the outside" in str(error)
    return False
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
count = sum(map(tried, [
    lambda: socket.create_connection(("192.0.2.1", 80), 0.1),
    lambda: socket.getaddrinfo("footnote.invalid", 80),
    lambda: socket.gethostbyname("footnote.invalid"),
    lambda: udp.sendto(b"x", ("192.0.2.1", 53)),
    lambda: udp.connect(("8.8.8.8", 53)),
    lambda: socket.socket(socket.AF_INET6).connect(("2001:db8::1", 80)),
    lambda: asyncio.run(asyncio.open_connection("192.0.2.1", 80)),
]))
with socket.create_server(("127.0.0.1", 0)) as here:
    socket.create_connection(here.getsockname(), 1).close()
    socket.create_connection(("localhost", here.getsockname()[1]), 1).close()
print(count, watch.tally.refused, watch.tally.allowed)
"""


def outward(*allowed: str) -> list[int]:
    code = OUTWARD.replace("{allowed!r}", repr(allowed))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [int(word) for word in done.stdout.split()]


def test_every_way_out_is_refused_and_counted_and_loopback_is_free() -> None:
    assert outward() == [7, 7, 0]


def test_the_host_that_the_settings_allow_is_counted_apart() -> None:
    """192.0.2.1 answers nobody, so its two connections and a datagram fail by themselves."""
    assert outward("192.0.2.1") == [4, 4, 2]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "127.9.9.9", "::ffff:127.0.0.1", "localhost"])
def test_this_computer(host: str) -> None:
    assert is_here(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "fe80::1%eth0", "::ffff:8.8.8.8"])
def test_other_computers(host: str) -> None:
    assert not is_here(host)
