"""A mail server on loopback that plays any part, keeps all it hears, and must hear of no mail."""

from __future__ import annotations

import socket
import ssl
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

from smtp_tui.sandbox.certificate import Certificate

PATIENCE = 20.0


class Talk:
    """One conversation, from the server's side."""

    def __init__(self, sock: socket.socket, heard: list[bytes], certificate: Certificate) -> None:
        self._sock = sock
        self._heard = heard
        self._certificate = certificate
        self._read = b""

    def say(self, *lines: str) -> None:
        """Send lines."""
        self.send("".join(f"{line}\r\n" for line in lines).encode())

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._sock.sendall(data)

    def hear(self) -> str:
        """The next command, ``?`` for a blank line; empty at the end."""
        while b"\n" not in self._read:
            data = self._sock.recv(4096)
            if not data:
                self._heard.append(self._read)
                return ""
            self._read += data
        line, _, self._read = self._read.partition(b"\n")
        self._heard.append(line)
        return line.decode("utf-8", "backslashreplace").strip() or "?"

    def begin_tls(
        self,
        *,
        oldest: bool = False,
        client_certificate: bool = False,
        wanted: list[str] | None = None,
    ) -> None:
        """Shake hands: with an old version, or only with a client that shows a certificate.

        ``wanted`` takes the name that the client asks for (SNI).
        """
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # weak certificates too
        self._certificate.show_in(context)
        if wanted is not None:
            context.sni_callback = lambda _, name, __: wanted.append(str(name))
        if client_certificate:
            context.verify_mode = ssl.CERT_REQUIRED
        if oldest:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                context.minimum_version = ssl.TLSVersion.TLSv1
                context.maximum_version = ssl.TLSVersion.TLSv1_1
        self._sock = context.wrap_socket(self._sock, server_side=True)

    def plain_socket(self) -> socket.socket:
        """The connection itself, for a part that does its own TLS."""
        return self._sock

    def end_tls(self) -> None:
        """Say that TLS ends, as it is done before hanging up."""
        assert isinstance(self._sock, ssl.SSLSocket)
        with suppress(OSError):
            self._sock.unwrap()

    def peek(self) -> None:
        """Wait until the client has sent something, and leave it there."""
        self._sock.recv(1, socket.MSG_PEEK)

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError):
            self._sock.close()

    def wait(self) -> None:
        """Say nothing until the client gives up."""
        while self.hear():
            pass

    def serve(self, **replies: str) -> None:
        """Answer every command: as told by its first word, else in the usual way.

        A blank reply is none.
        """
        usual = {
            "EHLO": "250-relay.example\r\n250-SIZE 10240000\r\n250 8BITMIME",
            "HELO": "250 relay.example",
            "STARTTLS": "220 2.0.0 ready",
            "MAIL": "250 2.1.0 Ok",
            "RCPT": "250 2.1.5 Ok",
            "RSET": "250 2.0.0 Ok",
            "AUTH": "235 2.7.0 Authentication successful",
            "QUIT": "221 2.0.0 Bye",
        }
        while line := self.hear():
            verb = line.split()[0].upper()
            reply = (usual | replies).get(verb, "502 5.5.2 not known")
            if reply:
                self.say(reply)
            if reply and verb in ("QUIT", "STARTTLS"):
                return


Part: TypeAlias = Callable[[Talk], None]


class Relay:
    """Plays its part for every client. ``heard`` are all commands, those inside TLS too."""

    def __init__(self, part: Part, certificate: Certificate, address: str, port: int) -> None:
        self._part = part
        self._certificate = certificate
        self.heard: list[bytes] = []
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                threading.Thread(target=self._play, args=(sock,), daemon=True).start()

    def _play(self, sock: socket.socket) -> None:
        sock.settimeout(PATIENCE)
        talk = Talk(sock, self.heard, self._certificate)
        with suppress(OSError):
            self._part(talk)
        talk.close()

    @property
    def mailed(self) -> list[bytes]:
        """The lines that begin a mail; a probe sends none."""
        return [line for line in self.heard if line.strip().upper().startswith((b"DATA", b"BDAT"))]

    def close(self) -> None:
        """Take no more clients."""
        self._listener.close()


@contextmanager
def relay(
    part: Part, certificate: Certificate, address: str = "127.0.0.1", port: int = 0
) -> Iterator[Relay]:
    """A relay for as long as a test needs it, which must never be told to take a mail."""
    server = Relay(part, certificate, address, port)
    try:
        yield server
    finally:
        server.close()
    assert not server.mailed
