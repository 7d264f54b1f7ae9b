"""`smtp-tui demo`: records, mail that arrives, and nothing left behind."""

from pathlib import Path

from tests.e2e.program import says
from tests.e2e.terminal import Terminal, installed_program


def children(pid: int) -> list[int]:
    """The process ids whose parent is `pid`."""
    text = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(number) for number in text.read_text(encoding="ascii").split()]


def test_the_demo_mails_into_its_own_mailbox_and_leaves_nothing_behind(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    env = {"TMPDIR": str(temporary)}
    with Terminal([installed_program(), "demo"], cwd=tmp_path, env=env) as terminal:
        terminal.wait_for(says("ALL-GOOD", "BAD-LOGIN"))
        assert any(temporary.iterdir()), "the demo's files are where this test looks"

        terminal.press("t")  # on the first record, which works
        terminal.wait_for(says("Test email", "ALL-GOOD"))
        terminal.wait_for("you@sandbox")
        terminal.press("ctrl+u")
        terminal.wait_for("recipient address")
        terminal.type("reader@sandbox.example")
        terminal.wait_for("reader@sandbox.example")
        terminal.press("enter")
        terminal.wait_for("ACCEPTED")
        terminal.press("esc")
        terminal.wait_gone("Test email")
        terminal.press("m")
        terminal.wait_for(says("Mailbox", "reader@sandbox.example", "Subject"))
        terminal.press("q")
        terminal.wait_for("ALL-GOOD")

        assert children(terminal.pid) == []
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert terminal.modes_restored() == []
        assert not terminal.in_alternate_screen
    assert list(temporary.iterdir()) == []
    assert [file.name for file in tmp_path.iterdir()] == ["tmp"]


def test_the_demo_shows_why_a_wrong_password_and_a_wrong_host_fail(tmp_path: Path) -> None:
    with Terminal([installed_program(), "demo"], cwd=tmp_path) as terminal:
        terminal.wait_for("ALL-GOOD")
        for name, keys, verdict in (
            ("BAD-LOGIN", ["j"], says("REJECTED", "535")),
            ("NO-HOST", ["j", "j"], says("UNREACHABLE", "ENOTFOUND")),
        ):
            terminal.press(*keys, "t")
            terminal.wait_for(says("Test email", name))
            terminal.press("enter")
            terminal.wait_for(verdict)
            terminal.press("esc")
            terminal.wait_gone("Test email")
        terminal.press("q")
        assert terminal.exit_code() == 0


def test_the_demo_keeps_the_other_tenant_apart(tmp_path: Path) -> None:
    with Terminal([installed_program(), "demo"], cwd=tmp_path) as terminal:
        terminal.wait_for("ALL-GOOD")
        terminal.press("p")
        terminal.wait_for("demo-europe")
        terminal.press("down", "enter")
        terminal.wait_for("EU-GOOD")
        terminal.wait_gone("ALL-GOOD")
        terminal.press("-")
        terminal.wait_for("ALL-GOOD")
        terminal.wait_gone("EU-GOOD")
        terminal.press("q")
        assert terminal.exit_code() == 0
