"""Types are looked at by one thread at a time: two at once end the program (msgspec 0.22)."""

import ast
import subprocess
import sys

from tests.house.tree import sources

LOOKS = {"convert", "Decoder"}
"""What of msgspec looks at a type, whatever it is given."""
DECODERS = {"decode"}
"""What does so where it is given ``type``."""
MANY_THREADS = """
import sys
from threading import Barrier, Thread
from smtp_tui.mail.replies import Table, _FILE
from smtp_tui.typed import typed_toml

sys.setswitchinterval(1e-6)
barrier = Barrier(8)

def read():
    barrier.wait()
    typed_toml(_FILE, Table)

threads = [Thread(target=read) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_only_one_module_has_msgspec_look_at_types() -> None:
    found = [
        f"{module}:{node.lineno}"
        for module, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and module != "smtp_tui.typed"
        and (
            (node.func.attr in LOOKS and ast.unparse(node.func).startswith("msgspec"))
            or (
                node.func.attr in DECODERS
                and any(
                    word.arg == "type" and "Raw" not in ast.unparse(word.value)
                    for word in node.keywords
                )
            )
        )
    ]
    assert found == []


def test_many_threads_may_read_a_file_at_once() -> None:
    for _ in range(5):
        ran = subprocess.run([sys.executable, "-c", MANY_THREADS], capture_output=True, check=False)
        assert ran.returncode == 0, ran.stderr
