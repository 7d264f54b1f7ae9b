"""The secrets that a document refers to: read when they are sent, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct

from smtp_tui.api.secret import SecretStr, is_mask
from smtp_tui.editing.document import FromCommand, FromEnvironment, FromPerson, Reference
from smtp_tui.profiles.model import Profile
from smtp_tui.profiles.sources import CredentialError
from smtp_tui.profiles.token_command import run_command, without_tokens


class Needed(Struct, frozen=True):
    """A secret that is needed. ``what`` says for what, where a person is asked: each time anew."""

    reference: Reference
    what: str = ""

    @classmethod
    def of(cls, reference: Reference, what: str) -> Needed:
        """The secret of this reference for ``what``."""
        return cls(reference, what if isinstance(reference, FromPerson) else "")


async def read_secrets(
    needed: Iterable[Needed],
    environ: Mapping[str, str],
    profiles: Iterable[Profile],
    ask: Callable[[str], str],
    say: Callable[[str], None],
) -> dict[Needed, SecretStr]:
    """The secrets; ``ask`` has one typed for what it is told, and ``say`` is told of programs.

    A variable that holds the token of one of these profiles is not read. Raises
    :class:`CredentialError`, which holds nothing of a secret.
    """
    profiles = tuple(profiles)
    found = {}
    for each in dict.fromkeys(needed):
        reference = each.reference
        if isinstance(reference, FromEnvironment):
            secret = _from(reference, without_tokens(environ, profiles).get(reference.env))
        elif isinstance(reference, FromCommand):
            argv, what = reference.command, "password command"
            secret = await run_command(argv, what, _printed, environ, profiles, say=say)
        else:
            secret = _from(reference, ask(each.what))
        found[each] = secret
    return found


def _from(reference: Reference, text: str | None) -> SecretStr:
    if text is None:
        raise CredentialError(f"{reference.words} is not set, or holds a token")
    try:
        return password_of(text)
    except CredentialError as problem:
        raise CredentialError(f"{reference.words} gives no password: {problem}") from None


def _printed(output: bytes) -> SecretStr:
    try:
        return password_of(output.decode().removesuffix("\n").removesuffix("\r"))
    except UnicodeDecodeError:
        raise CredentialError("it printed no UTF-8 text") from None


def password_of(text: str) -> SecretStr:
    """A text as a password. Raises :class:`CredentialError` for what surely is none."""
    if not text:
        raise CredentialError("it is empty")
    if is_mask(text):
        raise CredentialError("it is only the mask of a password")
    if not text.isprintable():
        raise CredentialError("it has several lines or a control character")
    return SecretStr(text)
