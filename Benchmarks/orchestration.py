"""What an engine adds to the programs that it runs."""
import json
import os
import statistics

import harness
import plans
from harness import Contender, compare, present, seconds, table


def write(name, text):
    path = os.path.join(harness.FOLDER, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def makefile(steps, chained):
    lines = [".PHONY: all " + " ".join(f"s{step}" for step in range(steps)) + "\n"]
    lines.append("all: " + " ".join(f"s{step}" for step in range(steps)) + "\n")
    for step in range(steps):
        need = f" s{step - 1}" if chained and step else ""
        lines.append(f"s{step}:{need}\n\t@/bin/true\n")
    return "".join(lines)


def experiment(steps):
    """An experiment of Chaos Toolkit whose method runs programs."""
    provider = {"type": "process", "path": "/bin/true", "timeout": 5}
    return json.dumps({
        "version": "1.0.0", "title": "trivial", "description": "trivial", "tags": [],
        "method": [{"type": "action", "name": f"step-{step}", "provider": provider} for step in range(steps)],
        "rollbacks": [],
    })


def playbook(steps):
    lines = ["- hosts: localhost\n  connection: local\n  gather_facts: false\n  tasks:\n"]
    for step in range(steps):
        lines.append(f"    - name: step {step}\n      ansible.builtin.command: /bin/true\n      changed_when: false\n")
    return "".join(lines)


def contenders(drplan, peers, kind, steps, slow_steps):
    """Each with the number of its steps."""
    state = os.path.join(harness.FOLDER, "state")
    plan = write(f"trivial-{kind}-{steps}.yaml", plans.plan(kind, steps))
    clean = lambda: harness.remove(state)
    found = [(Contender(
        "drplan run, journal synced", [drplan, "run", plan, "--state", state, "--no-progress"],
        after=clean, statuses=(0, 3)), steps + 1)]
    chained = kind == "serial"
    if present("make"):
        path = write(f"trivial-{kind}-{steps}.mk", makefile(steps, chained))
        jobs = [] if chained else ["-j8"]
        found.append((Contender("make" + ("" if chained else " -j8"), ["make", "-s", "-f", path, *jobs]), steps))
    if chained:
        found.append((Contender(
            "bash loop", ["bash", "-c", f"for ((i = 0; i < {steps}; i++)); do /bin/true; done"]), steps))
        chaos, ansible = (os.path.join(peers, "bin", tool) for tool in ("chaos", "ansible-playbook"))
        path = write(f"trivial-{steps}.json", experiment(steps))
        found.append((Contender(
            "Chaos Toolkit, process provider",
            [chaos, "--no-version-check", "run", "--journal-path", os.path.join(harness.FOLDER, "journal.json"), path],
            environment={"HOME": harness.FOLDER}), steps))
        path = write(f"trivial-{slow_steps}.playbook.yaml", playbook(slow_steps))
        found.append((Contender(
            "ansible-playbook, command module", [ansible, "-i", "localhost,", path],
            environment={"ANSIBLE_PYTHON_INTERPRETER": os.path.join(peers, "bin/python3"), "HOME": harness.FOLDER}),
            slow_steps))
    else:
        found.append((Contender(
            "xargs -P8", ["bash", "-c", f"seq {steps} | xargs -P8 -n1 /bin/true"]), steps))
    return found


def processor(result, steps):
    return f"{statistics.median(result.processor) / steps * 1000:.2f} ms"


def engine_cost(drplan, peers, kind, steps, slow_steps, rounds):
    programs = Contender(f"{steps} x posix_spawn of /bin/true, in C", ["/bin/true"], repeat=steps)
    entries = contenders(drplan, peers, kind, steps, slow_steps)
    results = compare([programs] + [entry for entry, _ in entries], rounds)
    start = results[0].wall / steps
    rows = [[results[0].name, steps, seconds(results[0].wall), f"{start * 1000:.2f} ms", "0", processor(results[0], steps), f"{results[0].mebibytes:.0f} MiB"]]
    for result, (_, count) in zip(results[1:], entries):
        if result.failure:
            rows.append([result.name, count, "absent or failed", "", "", "", ""])
            continue
        rows.append([
            result.name, count, seconds(result.wall), f"{result.wall / count * 1000:.2f} ms",
            f"{(result.wall / count - start) * 1000:+.2f} ms", processor(result, count), f"{result.mebibytes:.0f} MiB"])
    words = "one after the other" if kind == "serial" else "as many at once as the tool likes, at most 8"
    return table(
        f"Trivial steps, {words}", ["tool", "steps", "total", "a step", "above a process start", "processor a step", "peak memory"], rows,
        ["A step is `/bin/true`. The start of the tool itself is part of its total. drplan alone puts every step on record: "
         "two events, chained by digests and synced."])
