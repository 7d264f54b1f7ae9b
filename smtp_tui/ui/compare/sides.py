"""What is compared: the records of a profile, or those of a document."""

from __future__ import annotations

import asyncio
from pathlib import Path

from msgspec import Struct
from textual.content import Content

from smtp_tui.api.models import Record
from smtp_tui.state.files import FileProblem, read_text
from smtp_tui.text import clean, shortened
from smtp_tui.ui.widgets.bars import titled
from smtp_tui.workflows.operator import Operator, Sent
from smtp_tui.workflows.session import Session
from smtp_tui.workflows.sign_in import read_signed_in


class SideProblem(Exception):
    """A file could not be read; the message says why."""


class ProfileSide(Struct, frozen=True):
    """The records of a profile."""

    session: Session

    @property
    def name(self) -> str:
        """How it is named in a line."""
        return clean(self.session.profile.name, 40)

    @property
    def title(self) -> Content:
        """How it is named in the title: with the label of its environment."""
        return titled(self.session.profile)

    @property
    def place(self) -> Content:
        """Where it leads to, for the header."""
        target = self.session.target
        tenant = clean(self.session.profile.tenant_name or target.scope.tenant, 80)
        host = clean(target.origin.text, 80)
        return Content.assemble((host, "bold"), (" tenant ", "dim"), shortened(tenant, 13))

    async def records(self, operator: Operator) -> tuple[Record, ...]:
        """Read the list. Raises ``ApiError``."""
        read, what = self.session.list, f"Reading the connections of {self.name}"
        found = await read_signed_in(self.session, operator, read, what, Sent.NOTHING)
        return found.records


class FileSide(Struct, frozen=True):
    """The records of a document of desired state."""

    path: Path

    @property
    def name(self) -> str:
        """How it is named in a line."""
        return clean(self.path.name, 40)

    @property
    def title(self) -> Content:
        """How it is named in the title."""
        return Content.assemble(("file ", "dim"), (self.name, "bold"))

    @property
    def place(self) -> Content:
        """Where it is, for the header."""
        return Content.styled(clean(str(self.path), 80), "bold")

    async def records(self, operator: Operator) -> tuple[Record, ...]:
        """Read the file. Raises :class:`SideProblem`."""
        return await asyncio.to_thread(self._read)

    def _read(self) -> tuple[Record, ...]:
        from smtp_tui.editing.document import (  # noqa: PLC0415 - PyYAML and pydantic
            NotADocument,
            read_document,
        )

        try:
            text = read_text(self.path)
        except FileProblem as problem:
            raise SideProblem(str(problem)) from None
        if text is None:
            raise SideProblem(f"{self.path}: there is no such file")
        try:
            document = read_document(text)
        except NotADocument as problem:
            raise SideProblem(f"{self.path}: {problem}") from None
        return tuple(record.as_record() for record in document.records)


Side = ProfileSide | FileSide
