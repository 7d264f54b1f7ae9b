"""Error answers in the shape of LoopBack 3 in production mode, which the service is built on.

The statuses and bodies are inferred from that framework, not observed on the real service.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

MODEL = "SmtpConnection"


class LoopBackError(Exception):
    """An answer that is an error: its status and the object under the key `error`."""

    def __init__(self, status: int, message: str, **more: object) -> None:
        """Take the status, the message and any further members, in the order they are shown."""
        super().__init__(message)
        self.status = status
        name = more.pop("name", "Error")
        self.body: dict[str, object] = {
            "error": {"statusCode": status, "name": name, "message": message, **more}
        }


def unauthorized() -> LoopBackError:
    """No token, or one that is unknown or over."""
    return LoopBackError(401, "Authorization Required", code="AUTHORIZATION_REQUIRED")


def forbidden() -> LoopBackError:
    """A good token whose account may not do this."""
    return LoopBackError(403, "Access Denied", code="ACCESS_DENIED")


def not_for_this_machine(header: str) -> LoopBackError:
    """A request that a web page of elsewhere may have had a browser send; only the sandbox's."""
    return LoopBackError(403, f"The sandbox answers only to names of this machine, not to {header}")


def unknown_id(record_id: str) -> LoopBackError:
    """No record of this id that the account can see."""
    return LoopBackError(404, f'Unknown "{MODEL}" id "{record_id}".', code="MODEL_NOT_FOUND")


def no_method(method: str, path: str) -> LoopBackError:
    """A path, or a method on a path, that is not served."""
    return LoopBackError(404, f"There is no method to handle {method} {path}")


def missing(argument: str) -> LoopBackError:
    """A query or body argument that has to be there."""
    return LoopBackError(400, f"{argument} is a required argument")


def bad_argument(message: str) -> LoopBackError:
    """An argument that is there but of the wrong kind."""
    return LoopBackError(400, message)


def bad_json(message: str) -> LoopBackError:
    """A body that says it is JSON and is not."""
    return LoopBackError(400, message, name="SyntaxError")


def too_large() -> LoopBackError:
    """A body over the limit."""
    return LoopBackError(413, "request entity too large", name="PayloadTooLargeError")


def conflict() -> LoopBackError:
    """Another change got there first."""
    return LoopBackError(409, "Conflict", code="CONFLICT")


def timed_out() -> LoopBackError:
    """The server gave up waiting for the request."""
    return LoopBackError(408, "Request Timeout")


def too_many() -> LoopBackError:
    """The client asks too often."""
    return LoopBackError(429, "Too Many Requests")


def server_fault() -> LoopBackError:
    """An uncaught error; production mode hides what it was."""
    error = LoopBackError(500, "Internal Server Error")
    error.body = {"error": {"statusCode": 500, "message": "Internal Server Error"}}
    return error


def invalid(problems: Mapping[str, tuple[str, str, object]]) -> LoopBackError:
    """A validation error; `problems` maps a property to code, message and the value sent."""
    said = [
        f"`{name}` {message} (value: {_shown(value)})"
        for name, (_, message, value) in problems.items()
    ]
    return LoopBackError(
        422,
        f"The `{MODEL}` instance is not valid. Details: {_joined(said)}.",
        name="ValidationError",
        details={
            "context": MODEL,
            "codes": {name: [code] for name, (code, _, _) in problems.items()},
            "messages": {name: [message] for name, (_, message, _) in problems.items()},
        },
    )


def _shown(value: object) -> str:
    return "undefined" if value is None else json.dumps(value)


def _joined(parts: Sequence[str]) -> str:
    return "; ".join(parts)
