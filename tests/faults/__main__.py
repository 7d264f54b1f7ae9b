"""Put the faults in one at a time, run their tests, and print which were seen.

Exit 1 when fewer than 99 of a hundred turned a test red, or when a fault no longer applies.
"""

from __future__ import annotations

import argparse
import queue
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.faults.fault import DoesNotApply, Fault, applied, missing_tests, sources
from tests.faults.table import FAULTS
from tests.faults.workshop import GREEN, RED, ROOT, Workshop

WANTED = 0.99
LAST_LINES = 15


def main() -> int:
    """Run what was asked for; the answer is the exit code."""
    options = _options()
    chosen = [fault for fault in FAULTS if not options.only or fault.name in options.only]
    unknown = set(options.only) - {fault.name for fault in FAULTS}
    if unknown:
        print(f"there is no fault {', '.join(sorted(unknown))}")
        return 2
    if not _all_apply(chosen):
        return 1
    with tempfile.TemporaryDirectory(prefix="smtp-tui-faults-") as directory:
        places = [Path(directory, str(number)) for number in range(options.jobs)]
        workshops = [Workshop(place) for place in places]
        if not options.no_baseline and not _green(workshops[0], chosen, options.jobs):
            return 1
        outcomes = _outcomes(workshops, chosen, verbose=options.verbose)
    return _told(chosen, outcomes)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this fault")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="so many at a time (2)")
    parser.add_argument(
        "--no-baseline", action="store_true", help="do not run the tests without a fault first"
    )
    parser.add_argument("--verbose", action="store_true", help="show which test turned red")
    return parser.parse_args()


def _all_apply(chosen: Iterable[Fault]) -> bool:
    texts = sources(ROOT)
    problems: list[str] = []
    for fault in chosen:
        problems += [
            f"{fault.name}: there is no test {name}" for name in missing_tests(fault, ROOT)
        ]
        try:
            applied(fault, texts)
        except DoesNotApply as problem:
            problems.append(str(problem))
    print("\n".join(problems), end="\n" if problems else "")
    return not problems


def _green(workshop: Workshop, chosen: Iterable[Fault], jobs: int) -> bool:
    """Whether the tests are green without a fault: one that is red anyway sees nothing."""
    names = sorted({name for fault in chosen for name in fault.tests})
    code, output = workshop.tested(*names, workers=jobs)
    if code != GREEN:
        print("\n".join(output.splitlines()[-LAST_LINES:]))
        print("These tests are red without any fault.")
    return code == GREEN


def _outcomes(workshops: list[Workshop], chosen: list[Fault], *, verbose: bool) -> dict[str, str]:
    free: queue.Queue[Workshop] = queue.Queue()
    for workshop in workshops:
        free.put(workshop)

    def work(fault: Fault) -> tuple[Fault, str, str]:
        """Try a fault in a copy that no other thread uses."""
        workshop = free.get()
        try:
            return fault, *_tried(workshop, fault)
        finally:
            free.put(workshop)

    found: dict[str, str] = {}
    with ThreadPoolExecutor(len(workshops)) as pool:
        for done in as_completed([pool.submit(work, fault) for fault in chosen]):
            fault, outcome, output = done.result()
            found[fault.name] = outcome
            print(f"{outcome:7} {fault.name}", flush=True)
            if outcome == "broken":
                print("\n".join(output.splitlines()[-LAST_LINES:]))
            elif verbose:
                print("\n".join(line for line in output.splitlines() if line.startswith("FAILED")))
    return found


def _tried(workshop: Workshop, fault: Fault) -> tuple[str, str]:
    texts = sources(workshop.root)
    path, text = applied(fault, texts)
    workshop.write(path, text)
    try:
        code, output = workshop.tested(*fault.tests)
    finally:
        workshop.write(path, texts[path])
    return {RED: "seen", GREEN: "UNSEEN"}.get(code, "broken"), output


def _told(chosen: list[Fault], outcomes: dict[str, str]) -> int:
    print(f"\n{'fault':60} {'outcome':8} promise")
    for fault in chosen:
        print(f"{fault.name:60} {outcomes[fault.name]:8} {fault.promise}")
    seen = sum(outcome == "seen" for outcome in outcomes.values())
    print(f"\n{seen} of {len(chosen)} faults turned a test red.")
    return 0 if seen >= int(WANTED * len(chosen)) else 1


if __name__ == "__main__":
    sys.exit(main())
