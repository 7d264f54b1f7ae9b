"""The sandbox as tests use it: one that can be told to fail, and that shows what reached it.

with Sandbox() as sandbox:
    sandbox.faults.add(Fault(FaultKind.TOO_MANY, Operation.LIST, retry_after="3"))
    sandbox.mail.play(refuse(Phase.RCPT, "450 4.2.0 try later"))
    sandbox.services.test_shape = "details_text"
"""

from smtp_tui.sandbox import SandboxOptions
from smtp_tui.sandbox.accounts import (
    ADMINISTRATOR,
    OTHER_TENANT_ID,
    TENANT_ID,
    USER,
    Account,
)
from smtp_tui.sandbox.call import RecordedRequest
from smtp_tui.sandbox.mail_server import ReceivedMail
from smtp_tui.sandbox.mail_tests import REFUSED
from smtp_tui.sandbox.store import StoredRecord
from tests.failing_sandbox.certificates import (
    CertificateKind,
    certificate_of,
    trusted_by_mailer,
)
from tests.failing_sandbox.faults import BackEnd, Fault, FaultKind, FaultPlan, Operation
from tests.failing_sandbox.mail import (
    Conduct,
    Phase,
    Scenario,
    Tls,
    drop,
    refuse,
    reset,
    silence,
    slow,
)
from tests.failing_sandbox.sandbox import Sandbox

TEST_SHAPES = tuple(REFUSED)
"""The name of every shape of an answer to a test email."""

__all__ = [
    "ADMINISTRATOR",
    "OTHER_TENANT_ID",
    "TENANT_ID",
    "TEST_SHAPES",
    "USER",
    "Account",
    "BackEnd",
    "CertificateKind",
    "Conduct",
    "Fault",
    "FaultKind",
    "FaultPlan",
    "Operation",
    "Phase",
    "ReceivedMail",
    "RecordedRequest",
    "Sandbox",
    "SandboxOptions",
    "Scenario",
    "StoredRecord",
    "Tls",
    "certificate_of",
    "drop",
    "refuse",
    "reset",
    "silence",
    "slow",
    "trusted_by_mailer",
]
