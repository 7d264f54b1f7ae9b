"""Trusting a certificate that did not verify, once the operator has compared it."""

from __future__ import annotations

from typing import Final

from smtp_tui.api.errors import CertificateRefused
from smtp_tui.api.reach import shown_certificate
from smtp_tui.api.requests import Operation
from smtp_tui.api.tls import read_certificate
from smtp_tui.profiles.store import ProfileChanged
from smtp_tui.workflows.operator import About, Kind, Notice, Operator, RefusedCertificate
from smtp_tui.workflows.session import Session

SECONDS: Final = 10.0
"""How long a server may take to show its certificate."""


async def trust_certificate(
    session: Session, operator: Operator, error: CertificateRefused
) -> bool:
    """Show the operator what was refused; True once it is trusted for this profile.

    Raises ``ApiError`` where the server shows no certificate any more.
    """
    if not error.untrusted:
        return False
    target = session.client.target
    login = error.call.operation is Operation.TOKEN
    origin = target.identity_origin if login else target.origin
    with operator.waiting(f"Looking at the certificate of {origin.text}"):
        shown = read_certificate(await shown_certificate(origin, SECONDS))
    first = target.meets_first(origin)
    if not first and not error.pinned:
        return False
    offered = target.pinned(origin, shown.sha256) if first else None
    refused = RefusedCertificate(origin, error.why, shown, offered, error.pinned)
    trust = await operator.trust(session, refused)
    if trust is None:
        return False
    try:
        kept = await session.trust(target, trust)
    except ProfileChanged as changed:
        words = f"The certificate is not trusted. Profile {session.profile.name}: {changed.words}."
        operator.tell(Notice(words, About.PROFILE, Kind.BAD))
        return False
    if kept:
        operator.tell(Notice(kept, About.PROFILE))
    return True


__all__ = ["SECONDS", "trust_certificate"]
