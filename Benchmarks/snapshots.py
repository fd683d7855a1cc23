"""Backup and restore beside the usual tools, everything on the same file system."""
import glob
import os
import subprocess

import data
import harness
from harness import Contender, compare, present, ratio, seconds, table

SECRETS = {"RESTIC_PASSWORD": "benchmark", "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes", "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes"}


def bytes_in(path):
    total = 0
    for folder, _, names in os.walk(path):
        total += sum(os.lstat(os.path.join(folder, name)).st_size for name in names)
    return total


def quiet(command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, **SECRETS})


class Tool:
    """How one tool backs up a folder and gives it back."""

    def __init__(self, name, source, backup, restore, prepare=None):
        self.name, self.source, self.backup, self.restore = name, source, backup, restore
        self.prepare = prepare
        self.store = os.path.join(harness.FOLDER, "stores", f"{os.path.basename(source)}-{self.key}")

    @property
    def key(self):
        return "".join(letter if letter.isalnum() else "-" for letter in self.name)

    def fresh(self):
        harness.remove(self.store)
        os.makedirs(self.store)
        if self.prepare:
            self.prepare(self.store)


def tools(drplan, source, quick):
    """Every tool that is present; those with weak compression first."""

    def plan(store):
        with open(os.path.join(store, "plan.yaml"), "w") as file:
            file.write(
                "apiVersion: drplan/v1\nkind: RecoveryPlan\nname: bench\nobjectives: {rto: 1h, rpo: 1h}\n"
                f"repository: {{directory: {store}/repository}}\n"
                f"databases:\n  data: {{engine: Files, source: {{path: {source}}}}}\n"
                "steps:\n  - {id: restore, action: RestoreDatabase, with: {database: data}}\n"
                "  - id: verify\n    action: VerifyIntegrity\n"
                "    with: {checks: [{type: Checksums, database: data}]}\n")

    parent, name = os.path.split(source)
    archive = lambda program: Tool(
        f"tar, {program}" if program != "gzip" else "tar czf", source,
        lambda store: ["tar", "-C", parent, "-I", program, "-cf", f"{store}/data.tar", name],
        lambda store, to: ["tar", "-C", to, "-I", program, "-xf", f"{store}/data.tar"])
    found = [Tool(
        "drplan", source, lambda store: [drplan, "backup", f"{store}/plan.yaml", "--no-progress", "--state", f"{store}/state"],
        lambda store, to: [drplan, "snapshots", "restore", f"{store}/plan.yaml", "latest", "--database", "data", "--to", f"{to}/out", "--no-progress"],
        prepare=plan)]
    if present("restic"):
        found.append(Tool(
            "restic", source, lambda store: ["restic", "-r", f"{store}/r", "--no-cache", "backup", source],
            lambda store, to: ["restic", "-r", f"{store}/r", "--no-cache", "restore", "latest", "--target", to],
            prepare=lambda store: quiet(["restic", "init", "-r", f"{store}/r"])))
    if present("borg"):
        found.append(Tool(
            "borg, lz4", source, lambda store: ["borg", "create", "-C", "lz4", f"{store}/b::one", source],
            lambda store, to: ["sh", "-c", f"cd '{to}' && exec borg extract '{store}/b::one'"],
            prepare=lambda store: quiet(["borg", "init", "-e", "none", f"{store}/b"])))
    for program in ("zstd -T0", "pigz", "gzip"):
        if present(program.split()[0]):
            found.append(archive(program))
    if not quick and present("xz"):
        found.append(archive("xz -T0"))
    return found


def sizes(tool):
    stored = bytes_in(tool.store)
    return stored


def run(drplan, kind, megabytes, files, rounds, quick, rest):
    source = os.path.join(harness.FOLDER, f"{kind}-{megabytes}-{files}")
    data.ensure(kind, source, megabytes, files)
    entries = tools(drplan, source, quick)
    slow = ("xz -T0",)
    backups = compare(
        [Contender(
            tool.name, tool.backup(tool.store), before=tool.fresh, sync=tool.store,
            size=lambda tool=tool: bytes_in(tool.store), environment=SECRETS) for tool in entries],
        rounds)
    original = bytes_in(source)
    title = f"{original / 1_048_576:,.0f} MiB in {sum(len(names) for _, _, names in os.walk(source)):,} files"
    text = table(
        f"Backup: {title}", ["tool", "time", "with `sync`", "times drplan", "stored", "processor", "peak memory"],
        rows(backups, lambda result: f"{result.stored / 1_048_576:,.0f} MiB"))

    # What is deleted makes the next files slower to create on some file systems: see docs/performance.md.
    trash = os.path.join(harness.FOLDER, "trash")
    target = os.path.join(harness.FOLDER, "restored")
    moved = [0]

    def before():
        os.makedirs(target)

    def after():
        os.makedirs(trash, exist_ok=True)
        moved[0] += 1
        os.rename(target, os.path.join(trash, str(moved[0])))

    def between():
        harness.remove(trash)
        rest()

    alive = [tool for tool, result in zip(entries, backups) if not result.failure]
    restores = compare(
        [Contender(
            tool.name, tool.restore(tool.store, target), before=before, after=after, sync=harness.FOLDER,
            environment=SECRETS) for tool in alive]
        + [Contender("cp -a (no backup at all)", ["cp", "-a", source, target + "/copy"], before=before, after=after, sync=harness.FOLDER)],
        rounds, between)
    harness.remove(trash, target, *[tool.store for tool in entries])
    text += "\n" + table(
        f"Restore into an empty place: {title}",
        ["tool", "time", "with `sync`", "times drplan", "verifies", "processor", "peak memory"],
        rows(restores, lambda result: "every block" if result.name.split(",")[0] in ("drplan", "restic", "borg") else "nothing" if result.name.startswith("cp") else "a checksum at most"))
    return text


def rows(results, extra):
    own = results[0]
    lines = []
    for result in results:
        if result.failure:
            lines.append([result.name, "failed", "", "", "", "", ""])
            continue
        lines.append([
            result.name, seconds(result.wall), seconds(result.wall_synced),
            ratio(result.wall_synced, own.wall_synced) if not own.failure else "", extra(result),
            seconds(sum(result.processor) / len(result.processor)), f"{result.mebibytes:.0f} MiB"])
    return lines
