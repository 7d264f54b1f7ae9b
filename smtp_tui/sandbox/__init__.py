"""A stand-in for the IBM Cloud Automation Manager server, so that everything works with no account.

It runs on loopback: the seven operations on SMTP connections, the token and the tenant call over
HTTP or HTTPS, records in SQLite, and a mail server of its own. The two test operations really send
mail by SMTP, to whatever host and port the parameters name.

    with Sandbox(SandboxOptions(demo_records=True)) as sandbox:
        print(sandbox.environment())

How much of this is known: the paths, methods, queries and request bodies are documented by the
vendor. The shapes of records, lists, tokens and tenants were observed on sister resources; statuses
and error bodies are those of LoopBack 3. **The answers of the two test operations, and of a failed
login, are guesses**: by default the tests answer in the words of nodemailer.

Accounts: `admin` is an administrator (team `all`, namespace `default`, both tenants); `maria`
belongs to team `mail-operators` (namespace `mail`) of the first tenant. Their passwords and first
tokens are random and new for each sandbox. The mail server knows `relay` / `relay-password`, and
refuses recipients at `refused.example` and those that start with `nobody@`.

Every user of the machine can connect to it, so it protects what is typed there: without a token it
answers nothing, the `Host` (and the `Origin`, if a browser sends one) has to be a name of loopback,
and test mail goes to loopback only, unless `allow_mail_to` names more hosts.

Controls over HTTP, all with an administrator's bearer token, never among the recorded requests:

    POST   /sandbox/test-answers   {"shape": "details_text"}, see `mail_tests.REFUSED`
    POST   /sandbox/expire-tokens  make every token expire
    GET    /sandbox/requests       the requests so far, with secrets masked
    GET    /sandbox/mailbox        the mail that arrived
"""

from smtp_tui.sandbox.sandbox import Sandbox, SandboxOptions

__all__ = ["Sandbox", "SandboxOptions"]
