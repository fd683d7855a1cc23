"""Measures commands side by side: every round runs each of them once, in an order that turns, and medians count."""
import os
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from typing import Callable, List, Optional

FOLDER = ""  # where measurements keep their files; set by the main program


@dataclass
class Contender:
    """One way to do the work."""

    name: str
    command: List[str]
    before: Optional[Callable[[], None]] = None  # unmeasured, before each round
    after: Optional[Callable[[], None]] = None  # unmeasured, after each round
    sync: Optional[str] = None  # a folder whose file system is synced after the command, measured on its own
    size: Optional[Callable[[], int]] = None  # bytes that it stored
    statuses: tuple = (0,)
    environment: dict = field(default_factory=dict)
    repeat: int = 1


@dataclass
class Result:
    name: str
    seconds: List[float] = field(default_factory=list)
    synced: List[float] = field(default_factory=list)
    processor: List[float] = field(default_factory=list)
    memory: List[float] = field(default_factory=list)
    stored: Optional[int] = None
    failure: Optional[str] = None

    @property
    def wall(self):
        return statistics.median(self.seconds)

    @property
    def wall_synced(self):
        return statistics.median([a + b for a, b in zip(self.seconds, self.synced)])

    @property
    def mebibytes(self):
        return max(self.memory)


def present(name):
    return shutil.which(name) is not None


def remove(*paths):
    for path in paths:
        subprocess.run(["rm", "-rf", "--", path], check=True)


def once(contender):
    """Seconds, processor seconds and peak MiB of one run; the exit status is held against what is expected."""
    out = os.path.join(FOLDER, "measured")
    log = os.path.join(FOLDER, "output")
    environment = {**os.environ, **contender.environment}
    with open(log, "wb") as sink:
        status = subprocess.run(
            [os.path.join(FOLDER, "measure"), out, str(contender.repeat), *contender.command],
            stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, env=environment, cwd=FOLDER,
        ).returncode
    if status != 0:
        raise RuntimeError(open(log, errors="replace").read()[-400:].strip() or "could not be started")
    wall, processor, memory, exit_status = (int(word) for word in open(out).read().split())
    if exit_status not in contender.statuses:
        tail = open(log, errors="replace").read()[-400:].strip()
        raise RuntimeError(f"exit status {exit_status}: {tail}")
    return wall / 1e9, processor / 1e6, memory / 1024


def compare(contenders, rounds, between=None):
    """The results of all contenders in their order; one that fails is named as failed and left out of later rounds."""
    results = {contender.name: Result(contender.name) for contender in contenders}
    for turn in range(rounds):
        shift = turn % len(contenders)
        for contender in contenders[shift:] + contenders[:shift]:
            result = results[contender.name]
            if result.failure:
                continue
            try:
                if contender.before:
                    contender.before()
                if contender.sync:
                    os.sync()
                wall, processor, memory = once(contender)
                result.seconds.append(wall)
                result.processor.append(processor)
                result.memory.append(memory)
                if contender.sync:
                    result.synced.append(
                        once(Contender("sync", ["sync", "-f", contender.sync]))[0])
                if contender.size:
                    result.stored = contender.size()
                if contender.after:
                    contender.after()
            except (RuntimeError, OSError, subprocess.CalledProcessError) as error:
                result.failure = str(error)
                print(f"bench: {contender.name} failed: {error}", file=sys.stderr)
        if between and turn + 1 < rounds:
            between()
    return [results[contender.name] for contender in contenders]


def table(title, columns, rows, notes=()):
    """A Markdown table."""
    lines = [f"### {title}", "", "| " + " | ".join(columns) + " |"]
    lines.append("|" + "|".join("---" if index == 0 else "---:" for index in range(len(columns))) + "|")
    lines += ["| " + " | ".join(str(cell) for cell in row) + " |" for row in rows]
    lines += ["", *notes] if notes else []
    return "\n".join(lines) + "\n"


def seconds(value):
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def ratio(value, reference):
    return f"{value / reference:.2f}" if value / reference < 10 else f"{value / reference:.0f}"
