"""A wire between the core and the mail desk that can be cut in the midst of a message."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Literal

Fate = Literal["arrives", "arrives_untold", "is_lost"]
_DIALOGUE = 3000
"""Bytes that a client sends before the message: TLS and a handful of commands need less."""
_MORE = 1000


class RelayProxy:
    """
    Listens beside the mail desk and passes everything on, but for the fate of messages.

    `arrives_untold`: the desk takes the message and its answer is held back.
    `is_lost`: the message is held back.
    """

    def __init__(self, address: str, port: int) -> None:
        self._desk = (address, port)
        self._listener = socket.create_server((address, 0))
        self.port: int = self._listener.getsockname()[1]
        self.fate: Fate = "arrives"
        self.caught = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Stop listening and wait for the last connection; both its ends are gone by then."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(30)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(client,)))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._desk) as desk:
            wire = _Wire(self, client, desk)
            back = threading.Thread(target=wire.carry_back)
            back.start()
            wire.carry()
            back.join()


class _Wire:
    """One connection."""

    def __init__(self, proxy: RelayProxy, client: socket.socket, desk: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._desk = desk
        self._sent = 0

    def carry(self) -> None:
        """Pass on what the client sends until it ends."""
        with contextlib.suppress(OSError):
            while data := self._client.recv(_MORE):
                self._sent += len(data)
                lost, untold = self._in_message("is_lost"), self._in_message("arrives_untold")
                if lost or untold:
                    self._proxy.caught.set()
                if not lost:
                    self._desk.sendall(data)
        _end(self._desk)

    def carry_back(self) -> None:
        """Pass on what the desk answers until it ends."""
        with contextlib.suppress(OSError):
            while data := self._desk.recv(_MORE):
                if not self._in_message("arrives_untold"):
                    self._client.sendall(data)
        _end(self._client)

    def _in_message(self, fate: Fate) -> bool:
        return self._sent > _DIALOGUE and self._proxy.fate == fate


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
