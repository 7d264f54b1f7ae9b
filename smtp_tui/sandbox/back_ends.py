"""The servers behind the proxy, each of which can be down while the others work."""

from __future__ import annotations

from enum import StrEnum

from smtp_tui.sandbox.faults import Fault, FaultKind


class BackEnd(StrEnum):
    """A back end, by the pattern of its paths."""

    API = "/cam/api/v1/*"
    COMPOSER = "/cam/composer/api/v1/*"
    TENANT = "/cam/tenant/api/v1/*"
    IDENTITY = "/idprovider/v1/*"

    @property
    def fault(self) -> Fault:
        """What the proxy says for as long as it is down."""
        return Fault(FaultKind.BAD_GATEWAY, operation=str(self), count=None)
