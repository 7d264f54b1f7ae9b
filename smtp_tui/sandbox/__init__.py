"""A stand-in for the IBM Cloud Automation Manager server, so that everything works with no account.

It runs on loopback: the seven operations on SMTP connections, the token and the tenant call over
HTTP or HTTPS, records in SQLite, and a mail server of its own. The two test operations really send
mail by SMTP, to whatever host and port the parameters say.

    with Sandbox(SandboxOptions(demo_records=True)) as sandbox:
        print(sandbox.environment())

What of this is documented by the vendor, what was observed and what is a guess: the paths, methods,
queries and request bodies are documented. The shapes of records, lists, tokens and tenants were
observed on sister resources; statuses and error bodies are those of LoopBack 3. **The bodies of the
two test operations, both ways, and of a failed login are guesses**: the tests answer in the words
and members of nodemailer.

Accounts: `admin` is an administrator (team `all`, namespace `default`, both tenants); `maria`
belongs to team `mail-operators` (namespace `mail`) of the first tenant. Their passwords and first
tokens are random and new for each sandbox: see `Sandbox.password` and `Sandbox.token`. The tenants
are `TENANT_ID` and `OTHER_TENANT_ID`. The mail server knows `relay` / `relay-password`, and refuses
recipients at `refused.example` and those starting with `nobody@`.

Every user of the machine can connect to it, so it protects what is typed there: without a token it
answers nothing, the `Host` (and the `Origin`, if a browser sends one) has to be a name of loopback,
and test mail goes to loopback only, unless `allow_mail_to` names more hosts.

Controls over HTTP, all with an administrator's bearer token, never part of the recorded requests:

    POST   /sandbox/faults         {"kind": "too_many", "operation": "list", "retry_after": "3"}
    GET    /sandbox/faults         the faults still to come
    DELETE /sandbox/faults         work properly again
    POST   /sandbox/scenario       {"phase": "rcpt", "reply": "450 4.2.0 try later"}
    DELETE /sandbox/scenario       the mail server works again
    POST   /sandbox/test-answers   {"shape": "details_text"}
    POST   /sandbox/expire-tokens  end every token
    GET    /sandbox/requests       what was asked, with secrets masked
    GET    /sandbox/mailbox        what mail arrived

The kinds of fault and their members are in `faults`, the mail server's phases in `scenario`, and
the shapes of the answers to test emails in `test_answers`.
"""

from smtp_tui.sandbox.accounts import (
    ADMINISTRATOR,
    OTHER_TENANT_ID,
    TENANT_ID,
    USER,
    Account,
)
from smtp_tui.sandbox.back_ends import BackEnd
from smtp_tui.sandbox.certificate import CertificateKind
from smtp_tui.sandbox.faults import Fault, FaultKind, FaultPlan
from smtp_tui.sandbox.journal import Operation, ReceivedMail, RecordedRequest
from smtp_tui.sandbox.options import SandboxOptions
from smtp_tui.sandbox.scenario import (
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
from smtp_tui.sandbox.server import Sandbox
from smtp_tui.sandbox.store import StoredRecord
from smtp_tui.sandbox.test_answers import TestShape

__all__ = [
    "ADMINISTRATOR",
    "OTHER_TENANT_ID",
    "TENANT_ID",
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
    "TestShape",
    "Tls",
    "drop",
    "refuse",
    "reset",
    "silence",
    "slow",
]
