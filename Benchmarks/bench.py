#!/usr/bin/env python3
"""Measures drplan beside its peers and prints one page of tables; started by scripts/bench."""
import argparse
import os
import platform
import subprocess
import sys
import time

import harness
import orchestration
import snapshots
import validation

SIZES = {
    # plans, rounds of small things, steps, steps of slow engines, MB of data, files, rounds of data, rest between rounds
    "quick": dict(plans=[10, 1000, 10_000], rounds=9, steps=200, slow_steps=5, megabytes=64, files=2000, data_rounds=2, rest=0),
    "full": dict(plans=[10, 1000, 10_000, 100_000], rounds=21, steps=1000, slow_steps=30, megabytes=1024, files=50_000, data_rounds=3, rest=70),
}


def first_line(*command):
    try:
        output = subprocess.run(command, capture_output=True, text=True).stdout.strip()
        return output.splitlines()[0] if output else "?"
    except FileNotFoundError:
        return "absent"


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = int(next(line.split()[1] for line in open("/proc/meminfo") if line.startswith("MemTotal")))
    kind = first_line("findmnt", "-n", "-o", "FSTYPE", "-T", harness.FOLDER)
    system = next((line.split("=")[1].strip().strip('"') for line in open("/etc/os-release") if line.startswith("PRETTY_NAME")), "?")
    return (
        f"{os.cpu_count()} processors ({model}), {memory / 1_048_576:.0f} GiB, {kind}, {system}, "
        f"Linux {platform.release()}; load before: {os.getloadavg()[0]:.1f}")


def versions(drplan, peers):
    return "; ".join(
        line for line in (
            first_line(drplan, "--version"), first_line("tar", "--version"), first_line("gzip", "--version"),
            first_line("pigz", "--version"), first_line("zstd", "--version").strip("* "), first_line("restic", "version"),
            first_line("borg", "--version"), first_line("make", "--version"),
            first_line(os.path.join(peers, "bin/ansible-playbook"), "--version"),
            first_line(os.path.join(peers, "bin/yamllint"), "--version"), first_line(os.path.join(peers, "bin/chaos"), "--version"))
        if line not in ("absent", "?"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--drplan", required=True)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--peers", required=True, help="a virtual environment with the peers written in Python")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("parts", nargs="*", default=[], help="validation, orchestration, dumps, tree; all if left out")
    options = parser.parse_args()
    size = SIZES[options.size]
    parts = options.parts or ["validation", "orchestration", "dumps", "tree"]
    harness.FOLDER = options.folder
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    python = os.path.join(options.peers, "bin/python3")
    if not os.path.exists(python):
        python = sys.executable

    def rest():
        time.sleep(size["rest"])

    def emit(text):
        print(text, flush=True)

    emit(f"## drplan beside its peers, {time.strftime('%Y-%m-%d')}, BENCH_SIZE={options.size}\n")
    emit(f"{machine()}.\n\n{versions(options.drplan, options.peers)}.\n")
    emit("Medians of interleaved rounds, whole processes.\n")
    if "validation" in parts:
        emit(validation.plan_sizes(options.drplan, python, size["plans"], size["rounds"]))
        emit(validation.starts(options.drplan, root, python, size["rounds"]))
    if "orchestration" in parts:
        rounds = max(3, size["rounds"] // 4)
        for kind in ("serial", "parallel"):
            emit(orchestration.engine_cost(options.drplan, options.peers, kind, size["steps"], size["slow_steps"], rounds))
    quick = options.size == "quick"
    if "dumps" in parts:
        emit(snapshots.run(options.drplan, "dumps", size["megabytes"], 8, size["data_rounds"], quick, rest))
    if "tree" in parts:
        emit(snapshots.run(
            options.drplan, "tree", size["megabytes"] * 5 // 6, size["files"], size["data_rounds"], quick, rest))


if __name__ == "__main__":
    main()
