"""The probe of a mail server: where, its steps as they end, and then both views."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec.structs import replace
from textual import work
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget

from smtp_tui.api.target import Access
from smtp_tui.probe.model import Address, Ask, BadAddress, Probe, Reason, Way
from smtp_tui.text import clean
from smtp_tui.ui.actions import bindings
from smtp_tui.ui.base import Dialog, EditParameter, OpenForm, opens_screen
from smtp_tui.ui.dialogs import CopyDialog, QuestionDialog
from smtp_tui.ui.keymap import bound
from smtp_tui.ui.messages import WaitLine, waiting
from smtp_tui.ui.probe.found import (
    dialogue_content,
    dialogue_text,
    role_of,
    steps_content,
    views_content,
    where_content,
)
from smtp_tui.ui.probe.login import LoginDialog
from smtp_tui.ui.services import Services
from smtp_tui.ui.widgets.plain_text import PlainText, hanging
from smtp_tui.workflows.probe_record import ask_of, views_of
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.test_email import TestSubject

if TYPE_CHECKING:
    from textual.worker import Worker

_FRAME: Final = 5
"""Cells beside what stands in the dialog: its border, a blank, and what scrolls."""
_IN_A_RECORD: Final = frozenset({"hostname", "port", "username"})
"""The parameters that a form may mend; what was typed for the probe alone is typed again."""


class ProbeDialog(Dialog[EditParameter | None]):
    """Probes where the values of the subject lead, at once, and again as often as is asked for.

    Nothing is written and no mail is sent. Passwords live as long as the dialog. With
    ``open_form`` the form is opened over it; otherwise whoever opened the dialog is told what to
    edit.
    """

    DEFAULT_CSS = """
    ProbeDialog.-good > #box { border: round $good; }
    ProbeDialog.-warn > #box { border: round $warn; }
    ProbeDialog.-bad > #box { border: round $bad; }
    ProbeDialog #probe-body { height: auto; scrollbar-size-vertical: 1; }
    ProbeDialog WaitLine { padding: 0; margin-top: 1; }
    """
    BODY = "#probe-body"
    WIDTH = 100
    AUTO_FOCUS = ""
    ACTIONS = (
        *("dialog.cancel", "probe.again", "probe.dialogue", "probe.copy", "probe.login"),
        *("probe.allow", "probe.edit"),
    )
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS)

    def __init__(
        self,
        session: Session,
        services: Services,
        subject: TestSubject,
        open_form: OpenForm | None = None,
    ) -> None:
        super().__init__()
        self._session = session
        self._open_form = open_form
        self._services = services
        self._subject = subject
        self.profile = session.profile
        self._of = subject.title
        self.title = f"Probe · {self._of}"
        self._refused = ""
        try:
            self._ask = ask_of(subject.values)
        except BadAddress as error:
            self._refused, self._ask = str(error), Ask(Address("", 0))
        self._probe = Probe(self._ask)
        self._probing: Worker[None] | None = None
        self._ended = False
        self._body = VerticalScroll(id="probe-body", can_focus=False)
        self._where, self._said = PlainText(), PlainText(classes="apart")
        self._steps = PlainText(classes="apart")

    def compose_box(self) -> Iterable[Widget]:
        """Where, what is waited for or what came of it, and the steps."""
        self._share_height()
        with self._body:
            yield self._where
            yield WaitLine(self._services.clock, lambda: self.cancel_key)
            yield from (self._said, self._steps)

    def on_mount(self) -> None:
        """Begin at once."""
        self._said.display = False
        if self._refused:
            self._say(Content.styled(f"✗ {clean(self._refused)}", "bold $bad"))
        else:
            self._begin(self._ask)

    def on_resize(self) -> None:
        """Lay out anew what was found."""
        self._share_height()
        self._show()

    def _share_height(self) -> None:
        """Keep the keys in sight: what is long scrolls above them."""
        self._body.styles.max_height = max(4, self.app.size.height - 3)

    @property
    def _under_way(self) -> bool:
        return self._probing is not None and not self._ended

    @property
    def _parameter(self) -> str | None:
        """The parameter to look at, where a form may mend it."""
        named = self._probe.failure.parameter if self._probe.failure is not None else None
        if self._refused:
            named = "port" if self._subject.values.get("hostname", "").strip() else "hostname"
        writes = self._session.target.access is not Access.READ_ONLY
        return named if writes and named in _IN_A_RECORD else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether it is possible with what was found so far."""
        possible = {
            "again": not self._under_way and not self._refused,
            "login": not self._under_way and not self._refused,
            "dialogue": bool(self._probe.dialogue),
            "copy": bool(self._probe.dialogue),
            "allow": self._ended and self._unsafe,
            "edit": not self._under_way and self._parameter is not None,
        }
        return possible.get(action, True)

    @property
    def _unsafe(self) -> bool:
        """Whether the password was held back because it could be read or taken on the way."""
        failure = self._probe.failure
        return failure is not None and failure.reason is Reason.UNSAFE_LOGIN

    def keys(self) -> Iterable[tuple[str, str]]:
        """What is possible now, first what a person may want to do next."""
        if self._under_way:
            return ((self.cancel_key, "Stop"),)
        labels = {
            "probe.edit": f"Edit {self._parameter}",
            "probe.allow": "Send password",
            "probe.login": "Login" if self.app.size.width < 80 else "Login, recipient",
            "probe.again": "Again",
            "probe.dialogue": "Dialogue",
            "probe.copy": "Copy",
        }
        possible = [each for each in labels if self.check_action(each.partition(".")[2], ())]
        keys = [(bound(self, each).first_key, labels[each]) for each in possible]
        return [*keys, (self.cancel_key, "Back")]

    def _begin(self, ask: Ask) -> None:
        self._probe, self._ended = Probe(ask), False
        self._probing = self._look(ask)
        self._show()

    @work(group="probe", exclusive=True, description="probe a mail server")
    async def _look(self, ask: Ask) -> None:
        prober = self._services.make_prober(self._services.clock)
        history = self._services.history
        with waiting(self, f"Probing {ask.address.text}; no mail is sent"):
            await prober.probe(ask, self._take)
            # Tests that another program, or a command, has made meanwhile count too.
            await self._services.reports.attempt("Earlier tests cannot be shown", history.load)
        self._ended = True
        self._show()

    def _take(self, so_far: Probe) -> None:
        """Show a step that has ended or begun."""
        self._probe = so_far
        self._show()

    def _say(self, content: Content) -> None:
        self._said.update(content)
        self._said.display = bool(content)

    def _show(self) -> None:
        """Show all that was found so far, and once it has ended what it comes to."""
        if not self.is_attached:
            return
        if not self._refused:
            self._where.update(where_content(self._probe.ask, self._services.machine))
        room = min(self.WIDTH, self.app.size.width) - _FRAME
        how = self._how
        self._steps.update(steps_content(self._probe, room, how, running=self._under_way))
        role = self._show_views(room, how) if self._ended else ""
        for known in ("good", "warn", "bad"):
            self.set_class(known == role, f"-{known}")
        if self._ended:
            self._body.scroll_home(animate=False)
        elif self._under_way:
            self._say(Content())
            self._body.scroll_end(animate=False)
        self.show_keys()
        self.refresh_bindings()

    @property
    def _how(self) -> dict[Way, str]:
        """The keys that do what advice speaks of."""
        login, allow = (bound(self, f"probe.{verb}").first_key for verb in ("login", "allow"))
        return {way: allow if way is Way.UNSAFE else login for way in Way}

    def _show_views(self, room: int, how: Mapping[Way, str]) -> str:
        """Show both views, and return the role of what they come to."""
        key = self._session.key(self._subject.record_id)
        tested = self._services.history.newest(key) if self._subject.record_id else None
        newest = tested.run if tested is not None else None
        views, now = views_of(self._probe, newest), self._services.clock.now()
        self._say(hanging(views_content(self._probe, views, newest, now, room, how)))
        return role_of(self._probe, views)

    def on_test_finished(self) -> None:
        """Hold it against a test email that ended meanwhile."""
        self._show()

    def action_again(self) -> None:
        """Probe once more. That a password was sent all the same is asked anew."""
        self._begin(self._ask)

    def action_dialogue(self) -> None:
        """Show the dialogue word for word."""
        self.app.push_screen(DialogueDialog(self._session, self._of, self._probe))

    def action_copy(self) -> None:
        """Offer the dialogue to be copied."""
        copy_dialogue(self, self._of, self._probe)

    @opens_screen
    async def action_login(self) -> None:
        """Ask for what else the server is to be asked, and probe again with it."""
        ask = await self.app.push_screen_wait(LoginDialog(self._session, self._ask))
        if ask is not None:
            self._ask = ask
            self._begin(ask)

    @opens_screen
    async def action_allow(self) -> None:
        """Send the password all the same, once, if a question about it is answered with yes."""
        failure = self._probe.failure
        words = "" if failure is None else failure.not_tried
        body = Content.assemble(
            (f"To {clean(self._ask.address.text, 100)}, where {clean(words)}.", "bold $bad"),
            "\nWhoever is on the way may read the password, or take it in the server's place."
            " This holds for one probe.",
        )
        question = QuestionDialog(
            "Send the password all the same?",
            body,
            ((False, "Do not send it"), (True, "Send it")),
            self._services.clock,
            escape=False,
            danger=(True,),
        )
        if await self.app.push_screen_wait(question):
            self._begin(replace(self._ask, insecure=True))

    @opens_screen
    async def action_edit(self) -> None:
        """Edit the parameter to look at."""
        name = self._parameter
        if name is not None and (self._open_form is None or await self._open_form(name)):
            self.dismiss(EditParameter(name))

    def action_cancel(self) -> None:
        """Stop the probe, or close."""
        if self._ended or self._probing is None:
            self.dismiss(None)
            return
        self._probing.cancel()
        self._probing = None
        self._show()
        again = bound(self, "probe.again").first_key
        self._say(Content(f"Stopped: nothing more is asked of the server. {again} probes again."))


class DialogueDialog(Dialog[None]):
    """Every line that was said. Secrets are masked."""

    WIDTH = 100
    ACTIONS = ("dialog.cancel", "probe.copy")
    BINDINGS: ClassVar[list[BindingType]] = bindings(*ACTIONS)

    def __init__(self, session: Session, name: str, probe: Probe) -> None:
        super().__init__()
        self.profile = session.profile
        self._of = name
        self.title = f"Dialogue · {name}"
        self._probe = probe

    def compose_box(self) -> Iterable[Widget]:
        """The lines, and what their signs mean."""
        signs = "> this machine   < the server   * a note   *** a secret"
        yield PlainText(signs, classes="hint")
        yield PlainText(hanging(dialogue_content(self._probe)), classes="apart")

    def keys(self) -> Iterable[tuple[str, str]]:
        """Copy, scroll, go back."""
        copy = bound(self, "probe.copy").first_key
        return ((copy, "Copy"), ("↑ ↓", "Scroll"), (self.cancel_key, "Back"))

    def action_copy(self) -> None:
        """Offer it to be copied."""
        copy_dialogue(self, self._of, self._probe)


def copy_dialogue(
    dialog: Dialog[EditParameter | None] | Dialog[None], name: str, probe: Probe
) -> None:
    """Offer the dialogue of a probe to be copied."""
    forms = {"dialogue": dialogue_text(probe)}
    dialog.app.push_screen(CopyDialog(forms, of=name, action="probe.copy"))
