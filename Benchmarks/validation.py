"""How long it takes to check plans, and to start at all."""
import os
import statistics
import sys

import harness
import plans
from harness import Contender, compare, present, ratio, seconds, table

LOADER = (
    "import sys, yaml; loader = getattr(yaml, 'CSafeLoader', None) or sys.exit('PyYAML has no C loader'); "
    "yaml.load(open(sys.argv[1]), Loader=loader)"
)


def contenders(drplan, python, path, steps):
    found = [Contender("drplan validate", [drplan, "validate", path])]
    # A missing peer fails and is named; one that would take minutes is left out of the largest plans.
    found.append(Contender("PyYAML, C loader (reads only)", [python, "-c", LOADER, path]))
    if steps <= 10_000:
        found.append(Contender("yamllint (style only)", [python, "-m", "yamllint", "-d", "relaxed", path], statuses=(0, 1)))
    return found


def plan_sizes(drplan, python, sizes, rounds):
    columns = {}
    for steps in sizes:
        path = os.path.join(harness.FOLDER, f"plan-{steps}.yaml")
        with open(path, "w") as file:
            file.write(plans.plan("validate", steps))
        columns[steps] = {
            result.name: result
            for result in compare(contenders(drplan, python, path, steps), rounds if steps < 10_000 else max(3, rounds // 5))
        }
    names = [contender.name for contender in contenders(drplan, python, "", sizes[0])]
    rows = []
    for name in names:
        cells = []
        for steps in sizes:
            result = columns[steps].get(name)
            own = columns[steps]["drplan validate"]
            if result is None:
                cells.append("not measured")
            elif result.failure:
                cells.append("absent or failed")
            else:
                processor = statistics.median(result.processor)
                cells.append(
                    f"{seconds(result.wall)} ({ratio(result.wall, own.wall)}; {seconds(processor)}; "
                    f"{result.mebibytes:.0f} MiB)")
        rows.append([name, *cells])
    return table(
        "Validation of a plan, whole process",
        ["tool: time (times drplan; processor; peak memory)"] + [f"{steps:,} steps" for steps in sizes], rows,
        ["drplan reads the plan, checks every key and reference, builds the step graph and its critical path; the others do "
         "a part of the first only."],
    )


def starts(drplan, root, python, rounds):
    found = [
        Contender("/bin/true (what measuring costs)", ["/bin/true"]),
        Contender("drplan --version", [drplan, "--version"]),
        Contender("drplan validate plans/orders.yaml", [drplan, "validate", os.path.join(root, "plans/orders.yaml")]),
        Contender("git --version", ["git", "--version"]),
        Contender("python3 -c pass", [sys.executable, "-c", "pass"]),
    ]
    if present("restic"):
        found.append(Contender("restic version", ["restic", "version"]))
    found.append(Contender("yamllint plans/orders.yaml", [
        python, "-m", "yamllint", "-d", "relaxed", os.path.join(root, "plans/orders.yaml")], statuses=(0, 1)))
    results = compare(found, rounds)
    own = results[2].wall
    rows = [
        [result.name, "absent or failed", "", "", ""] if result.failure
        else [
            result.name, f"{result.wall * 1000:.1f} ms", f"{statistics.median(result.processor) * 1000:.1f} ms",
            ratio(result.wall, own), f"{result.mebibytes:.0f} MiB"]
        for result in results
    ]
    return table("Small commands, whole process", ["command", "time", "processor", "times drplan validate", "peak memory"], rows)
