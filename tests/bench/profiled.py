"""Runs the bot with a profiler on each of its threads: `python -m tests.bench.profiled FILE run`.

At the end FILE.<thread> holds one cProfile for each thread that used a tenth of a second or more.
"""

from __future__ import annotations

import cProfile
import pstats
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from bot.cli import main


def _profiled(work: Callable[..., object], file: Path, name: str, *given: object) -> object:
    profile = cProfile.Profile()
    try:
        return profile.runcall(work, *given)
    finally:
        profile.create_stats()
        if pstats.Stats(profile).total_tt > 0.1:  # type: ignore[attr-defined]
            profile.dump_stats(file.with_name(f"{file.name}.{name}"))


def _run() -> None:
    file = Path(sys.argv[1])
    run = threading.Thread.run

    def profiled_run(self: threading.Thread) -> None:
        _profiled(run, file, self.name.split()[0], self)

    threading.Thread.run = profiled_run  # type: ignore[method-assign]
    _profiled(main, file, "main", sys.argv[2:])


if __name__ == "__main__":
    _run()
