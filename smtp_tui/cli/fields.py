"""What the commands print for programs: the fields of each, by which ``--json`` chooses.

Help texts wait for this module, so it only holds words. ``schema.py`` has the types.
"""

from __future__ import annotations

TYPE_CHECKING = False  # that of ``typing``, which would take a tenth of ``--help``
if TYPE_CHECKING:
    from typing import Final

SCHEMA: Final = 1
"""The version of the shapes, which each document and each line states as ``schema``."""
ROW_FORMS: Final = ("table", "csv", "name")
_RECORD: Final = {
    "profile": "the profile that leads to it",
    "id": "its id on the server",
    "name": "its name",
    "created_at": "when it was created, in ISO 8601; null where the server does not say",
    "parameters": "its values by name, in their JSON types; a secret has its state instead",
    "oddities": "what was unusual in the server's answer",
}
_OUTCOME: Final = {
    "profile": "the profile that leads to the record",
    "id": "its id; null where the server did not tell that of a new record",
    "name": "its name",
    "operation": "create, change, delete or test",
    "outcome": "done, already so, failed, unknown or left",
    "words": "why, where it was not plainly done",
    "changed": "the names of the parameters that were sent",
    "verdict": "of a test email: ACCEPTED, REJECTED, UNREACHABLE or UNKNOWN",
    "mail": "of one test email: all that is known of it",
}
_PROFILE_CHANGE: Final = {
    "name": "name of the profile",
    "done": "added, changed, unchanged, removed or default",
}
FIELDS: Final[dict[str, dict[str, str]]] = {
    "list": _RECORD,
    "get": _RECORD,
    "set": _OUTCOME,
    "create": _OUTCOME,
    "delete": _OUTCOME,
    "test": _OUTCOME,
    "apply": _OUTCOME,
    "export": {"records": "the records, as the file says what they should be"},
    "plan": {
        "title": "what the plan does",
        "made_at": "when it was made, in ISO 8601",
        "places": "where its profiles lead to",
        "entries": "what is done to each record",
        "sources": "where the secrets come from that need not be typed",
    },
    "probe": {
        "address": "host and port",
        "hostname": "name of the relay",
        "port": "its port",
        "security": "auto, starttls, tls or plain, as asked for",
        "machine": "the name of the machine that looked",
        "result": "ok, note or failed",
        "seconds": "how long it took in all",
        "failure": "why it failed",
        "steps": "each step that was taken",
        "greeting": "the first reply",
        "offers": "what the last EHLO offered",
        "tls": "version, cipher and certificates",
        "dialogue": "all that was said, secrets masked",
        "not_tried": "what was not asked for or was held back, and why",
        "other_way": "this port with another TLS setting, if that was tried",
        "other_ports": "the other ports that were tried",
        "suggestion": "another port or TLS setting to use",
        "conclusion": "what it means, without CAM's view",
        "records": "the records that lead there, each with CAM's view",
    },
    "audit": {
        "write": "the id of the write",
        "at": "when it was about to be sent, in ISO 8601",
        "ended_at": "when its outcome was known",
        "user": "who wrote, as the operating system says",
        "ssh_client": "the address of the ssh client",
        "profile": "name of the profile",
        "host": "the address of the server",
        "tenant": "id of the tenant",
        "team": "id of the team",
        "namespace": "namespace of the request",
        "operation": "create, patch, delete, test_saved or test_values",
        "record_id": "the id of the record",
        "record_name": "its name",
        "changes": "what was to be changed: name, before and after",
        "omitted": "changes that did not fit into the journal: count and SHA-256",
        "recipient": "who was to get a test email",
        "run": "the id that all writes of a run have in common; blank for a single one",
        "outcome": "what came of it; unknown where that is not known",
        "verdict": "of a test email",
        "status": "the HTTP status of the answer",
        "request_id": "what the server calls the request",
        "words": "why it was not done, or why the outcome is not known",
    },
    "doctor": {
        "topic": "versions, files, profile, network, terminal or environment",
        "name": "what was looked at",
        "words": "what was found",
        "well": "false where something has to be done",
    },
    "help": {
        "topic": "the word for it",
        "about": "what the page is about",
        "text": "the page, if it was asked for",
    },
    "sandbox": {
        "url": "where it serves",
        "mail_server": "host and port of its mail server",
        "accounts": "passwords by user",
        "sha256": "the fingerprint of its certificate; null without --tls",
        "variables": "the variables that lead to it",
    },
    "profiles list": {
        "name": "name of the profile",
        "default": "whether it is the default",
        "host": "host and port",
        "tenant": "id of the tenant",
        "tenant_name": "name of the tenant",
        "team": "id of the team",
        "namespace": "namespace of new and changed records; blank where none is set",
        "access": "normal, protected or read-only",
        "environment": "production, staging, test or other",
        "label": "what is shown for the environment; blank for its own word",
        "token": "where the token comes from",
        "identity_url": "where logins go; blank where it follows from the host",
        "trust": "how the certificate is verified",
        "proxy": "the proxy for https; blank without one",
        "allow_http": "whether plain http to other machines is allowed",
        "test_emails": "whether test emails may be sent",
        "recipient": "default recipient of test emails",
    },
    "profiles add": _PROFILE_CHANGE,
    "profiles set": _PROFILE_CHANGE,
    "profiles remove": _PROFILE_CHANGE,
    "profiles use": _PROFILE_CHANGE,
    "profiles check": {
        "profile": "name of the profile",
        "host": "host and port",
        "well": "false where a step failed",
        "steps": "step, result (ok, failed or skipped) and words of each",
    },
    "profiles path": {"path": "where profiles.toml is, or would be"},
}
"""The fields of each command that prints JSON, with what they are."""
KEYS: Final = {
    **dict.fromkeys(("list", "get"), "records"),
    **dict.fromkeys(("set", "create", "delete", "test", "apply"), "outcomes"),
    "probe": "probes",
    "audit": "writes",
    "doctor": "facts",
    "help": "topics",
    "profiles list": "profiles",
    "profiles check": "checks",
}
"""The name of the objects in the document of a command that prints many."""
PARAMETERS: Final = ("hostname", "port", "username", "password")
OPEN: Final = ("list", "get")
"""Commands whose fields may be parameters too, whatever a record has."""
FILES: Final = ("export", "plan")
"""Commands whose JSON is a file that the program reads; it is not printed as lines."""
ROWS: Final = ("list", "audit", "profiles list")
"""Commands that print a table."""
