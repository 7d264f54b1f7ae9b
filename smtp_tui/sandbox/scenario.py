"""What the sandbox's mail server can be told to do wrong, and in which phase."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from smtp_tui.sandbox.certificate import CertificateKind


class Tls(StrEnum):
    """What comes after STARTTLS was agreed to."""

    GOOD = "good"  # TLS, with the certificate of the scenario
    NONE = "none"  # words that are no TLS
    CUT = "cut"  # the end of the connection
    REFUSED = "refused"  # TLS's own refusal, for want of a cipher in common


class Phase(StrEnum):
    """A point of the SMTP conversation, in its order."""

    GREETING = "greeting"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    MESSAGE = "message"  # after the dot that ends the message


class Conduct(StrEnum):
    """What happens in the chosen phase."""

    REPLY = "reply"  # say `reply` instead of the usual; 421 also hangs up
    SILENCE = "silence"  # say nothing, for good
    SLOW = "slow"  # wait `seconds`, then go on as usual
    DROP = "drop"  # end the connection
    RESET = "reset"  # break it off, so that the other side gets an error


class Scenario(Struct, frozen=True):
    """How the mail server behaves on connections made from now on.

    `reply` is the whole text with its reply code, lines parted by a newline (each with its own
    code, as in `550-no\\n550 really`). `offer_starttls` False hides STARTTLS; `tls` is what comes
    after it, `certificate` the kind that is shown there. `offer_login` False hides AUTH.
    """

    phase: Phase | None = None
    conduct: Conduct = Conduct.REPLY
    reply: str = ""
    seconds: float = 1.0
    offer_starttls: bool = True
    tls: Tls = Tls.GOOD
    certificate: CertificateKind = CertificateKind.SELF_SIGNED
    offer_login: bool = True


def refuse(phase: Phase, reply: str) -> Scenario:
    """The server says `reply` in this phase: `refuse(Phase.RCPT, "550 5.1.1 no such user")`."""
    return Scenario(phase=phase, reply=reply)


def silence(phase: Phase) -> Scenario:
    """The server says nothing from this phase on, until the client's time-out."""
    return Scenario(phase=phase, conduct=Conduct.SILENCE)


def slow(phase: Phase, seconds: float) -> Scenario:
    """The server takes this long in this phase, and then works."""
    return Scenario(phase=phase, conduct=Conduct.SLOW, seconds=seconds)


def drop(phase: Phase) -> Scenario:
    """The server hangs up in this phase without a word."""
    return Scenario(phase=phase, conduct=Conduct.DROP)


def reset(phase: Phase) -> Scenario:
    """The server breaks the connection off in this phase."""
    return Scenario(phase=phase, conduct=Conduct.RESET)


NORMAL = Scenario()
"""A server that works: takes all mail but that for refused recipients."""
