"""From ``name=value`` arguments to a draft, checked as the form checks it."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from smtp_tui.api.models import PASSWORD, Record, is_secret_name
from smtp_tui.api.secret import SecretStr
from smtp_tui.cli.failing import Refusal
from smtp_tui.cli.say import clean, remark
from smtp_tui.editing.draft import Clear, Draft, Replace
from smtp_tui.mail.presets import Preset, presets
from smtp_tui.mail.remarks import Severity
from smtp_tui.text import nearest
from smtp_tui.workflows.validation import NAME, remarks


def parsed(arguments: Iterable[str]) -> dict[str, str]:
    """Parameters by name. Raises :class:`Refusal`, which never holds a value: it may be secret."""
    found: dict[str, str] = {}
    for position, argument in enumerate(arguments, start=1):
        name, separator, value = argument.partition("=")
        if not separator or not name.strip():
            raise Refusal(f"value number {position} is not of the form name=value")
        if name in found:
            raise Refusal(f"{name} is given twice")
        found[name] = value
    return found


def filled(
    draft: Draft,
    texts: dict[str, str],
    password: SecretStr | None,
    *,
    clear: bool = False,
    new: Collection[str] = (),
) -> Draft:
    """The draft with these values. Raises :class:`Refusal` for a secret among the texts, and for a
    name that is neither known nor in the draft nor among the ``new`` ones."""
    known = set(draft.names)
    for name in new:
        if name not in texts:
            raise Refusal(f"--new-parameter {name}: no {name}=value is given")
    for name, text in texts.items():
        if name in dict(draft.secrets) or is_secret_name(name):
            raise Refusal(
                f"{name} is a secret: everyone on this machine can read a command line."
                " Use --password-stdin or --password-file; other secrets are typed on the screen"
            )
        if name == NAME and name not in dict(draft.texts):
            raise Refusal("name is no parameter, and the vendor has no call to rename a record")
        if name not in known and name not in new:
            near = nearest(name.casefold(), known)
            raise Refusal(
                f"{name} is neither a known parameter nor on the record{near};"
                f" --new-parameter {name} adds it"
            )
        draft = draft.with_text(name, text)
    if password is not None:
        return draft.with_secret(PASSWORD, Replace(password))
    return draft.with_secret(PASSWORD, Clear()) if clear else draft


def check(draft: Draft, names: Iterable[str], opened: Record | None) -> None:
    """Say what is odd about the values, and stop at what surely is wrong. Raises :class:`Refusal`.

    Hints are for a form; here only warnings are said.
    """
    wrong: list[str] = []
    for name in names:
        for found in remarks(draft, name, opened):
            if found.severity is Severity.ERROR:
                wrong.append(f"{name}: {found.text}")
            elif found.severity is Severity.WARNING:
                remark(f"warning: {clean(name, 100)}: {found.text}")
    if wrong:
        raise Refusal(" ".join(wrong))


def preset_named(wanted: str) -> Preset:
    """The provider of that name, or the only one whose name holds it. Raises :class:`Refusal`."""
    sought = wanted.casefold()
    known = presets().preset
    exact = [preset for preset in known if preset.name.casefold() == sought]
    matching = exact or [preset for preset in known if sought and sought in preset.name.casefold()]
    if len(matching) == 1:
        return matching[0]
    names = [preset.name for preset in (matching or known)]
    what = f"{wanted} may be several presets" if matching else f"there is no preset {wanted}"
    near = "" if matching else nearest(wanted, names)
    raise Refusal(f"{what}{near}; --preset takes one of: {', '.join(names)}")
