"""The connections of this process to the outside, heard by Python's audit hook: counted, refused.

A name looked up, a connection opened, a datagram sent: what is not meant for this computer is
refused and counted, unless the settings allow a model server there; then it is only counted. Child
processes, such as the one that parses documents, have no hook of their own.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

#: Which argument of each event says whom it is for: a host, or an address with a host in it.
_PLACES = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
    "socket.getnameinfo": 0,
}
_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})


class OutsideError(ConnectionRefusedError):
    """What whoever tries to leave the machine gets; an `OSError`, which every client expects."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What was heard so far."""

    refused: int = 0  #: attempts to reach another computer
    allowed: int = 0  #: connections to the model server that the settings name


class Watch:
    """Hears every connection of the process from `begin` to `end`."""

    def __init__(self, allowed: Iterable[str] = ()) -> None:
        self.allowed = frozenset(host.casefold() for host in allowed)
        self._addresses: set[str] = set()  # of the allowed names, as they were looked up
        self._refused = self._connected = 0
        self._lock = threading.Lock()
        self._own = threading.local()
        self._on = False

    @property
    def on(self) -> bool:
        """Whether it hears anything."""
        return self._on

    @property
    def tally(self) -> Tally:
        """What was heard so far."""
        return Tally(self._refused, self._connected)

    def begin(self) -> None:
        """Listen from now on. Python has no way to take a hook out again; `end` makes it deaf."""
        self._on = True
        sys.addaudithook(self._heard)

    def end(self) -> None:
        """Refuse and count no more."""
        self._on = False

    def _heard(self, event: str, arguments: tuple[object, ...]) -> None:
        place = _PLACES.get(event)  # called for every event there is, so the rest comes after this
        if place is None or not self._on or getattr(self._own, "looking", False):
            return
        host = _host(arguments, place)
        if host is None or is_here(host, name=event in _LOOK_UPS):
            return
        if self._allows(host, event):
            with self._lock:
                self._connected += event == "socket.connect"
            return
        with self._lock:
            self._refused += 1
        raise OutsideError(f"Footnote opens no connection to the outside ({host[:80]}).")

    def _allows(self, host: str, event: str) -> bool:
        host = host.casefold()
        if host in self.allowed and event in _LOOK_UPS:
            self._addresses |= self._looked_up(host)
        return host in self.allowed or host in self._addresses

    def _looked_up(self, host: str) -> set[str]:
        """The addresses of an allowed name: what is connected to later is an address."""
        self._own.looking = True
        try:
            found = socket.getaddrinfo(host, None)
        except OSError:
            return set()
        finally:
            self._own.looking = False
        return {str(item[4][0]).casefold() for item in found}


def _host(arguments: tuple[object, ...], place: int) -> str | None:
    """The host that an event is about; None for a socket of another kind than the internet's."""
    address = arguments[place] if place < len(arguments) else None
    if place and getattr(arguments[0], "family", None) not in (socket.AF_INET, socket.AF_INET6):
        return None
    host = address[0] if isinstance(address, tuple) and address else address
    if isinstance(host, bytes | bytearray):
        return bytes(host).decode("ascii", "replace")
    return host if isinstance(host, str) else None


def is_here(host: str, *, name: bool = False) -> bool:
    """Whether a host is this computer. Looking an address up, not a ``name``, asks nobody."""
    if host.casefold() in ("", "localhost"):
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return name or address.is_loopback or address.is_unspecified
