#!/usr/bin/env python3
"""Writes plans of any size: Benchmarks/plans.py validate|serial|parallel STEPS > plan.yaml"""
import sys

HEAD = """apiVersion: drplan/v1
kind: RecoveryPlan
name: {name}
title: A generated plan of {steps} steps
objectives:
  rto: 4h
  rpo: 15m
  measuredFrom: PlanStart
"""


def realistic(steps):
    """Cells of nine steps as a region's services would have them, joined by one last verification."""
    cells = max(1, (steps - 1) // 9)
    lines = [HEAD.format(name="generated", steps=steps)]
    lines.append(
        "params:\n"
        "  recoveryPoint: {type: RecoveryPoint, default: Latest, description: Latest or the instant to recover to}\n"
        "repository: {directory: ../var/backups}\n\ndatabases:\n"
    )
    for cell in range(cells):
        lines.append(
            f"  orders-{cell}:\n    engine: SQLite\n"
            f"    source: {{path: ../var/cells/{cell % 100}/orders-{cell}/orders.db}}\n"
        )
    lines.append("\nservices:\n")
    for cell in range(cells):
        lines.append(
            f"  orders-api-{cell}:\n    manager: Systemd\n    unit: orders-api-{cell}.service\n"
            f'    ready: {{http: "http://127.0.0.1:18080/{cell}/healthz", status: 200, within: 30s}}\n'
        )
    lines.append(
        "\nchannels:\n  incident-room: {type: Terminal}\n\ndefaults: {timeout: 10m, onFailure: Abort}\n\nsteps:\n"
    )
    for cell in range(cells):
        lines.append(
            f"""  # ---- cell {cell} ----
  - id: fence-{cell}
    title: Keep writers away from the database of cell {cell}
    action: RunCommand
    needs: []
    timeout: 1m
    with:
      command: [/usr/local/bin/fence, --cell, "{cell}", --reason, "recovery ${{run.id}}"]
      environment: {{REGION: eu-central-1, LEVEL: strict}}
  - id: restore-{cell}
    title: Restore the orders of cell {cell}
    action: RestoreDatabase
    needs: [fence-{cell}]
    estimate: 4m
    timeout: 10m
    retry: {{maxAttempts: 3, backoff: {{initial: 5s, factor: 2, max: 1m}}}}
    with: {{database: orders-{cell}, backup: "${{params.recoveryPoint}}"}}
  - id: migrate-{cell}
    action: RunCommand
    timeout: 5m
    with:
      command: [/usr/local/bin/migrate, --database, "orders-{cell}", --to, head]
      successCodes: [0, 3]
  - id: warm-{cell}
    action: RunCommand
    needs: [migrate-{cell}]
    onFailure: Continue
    with:
      command: [/usr/local/bin/warm-cache, "orders-{cell}"]
  - id: reindex-{cell}
    action: RunCommand
    needs: [migrate-{cell}]
    estimate: 90s
    with:
      command: [/usr/local/bin/reindex, "orders-{cell}"]
  - id: restart-{cell}
    title: Start the service of cell {cell} on the restored data
    action: RestartServices
    needs: [warm-{cell}, reindex-{cell}]
    timeout: 2m
    with: {{services: [orders-api-{cell}], order: Sequential}}
  - id: verify-{cell}
    title: Prove that the data of cell {cell} is whole and served
    action: VerifyIntegrity
    needs: [restart-{cell}]
    timeout: 5m
    with:
      checks:
        - {{type: EngineCheck, database: orders-{cell}}}
        - {{type: RowCounts, database: orders-{cell}, tolerance: 0%}}
        - {{type: HTTP, url: "http://127.0.0.1:18080/{cell}/orders/latest", status: 200}}
  - id: route-{cell}
    action: RunCommand
    with:
      command: [/usr/local/bin/switch-traffic, --cell, "{cell}", --to, dr]
  - id: tell-{cell}
    action: NotifyStakeholders
    timeout: 30s
    onFailure: Continue
    with: {{channels: [incident-room], message: "Cell {cell} is back after ${{run.recoveryTime}}."}}
"""
        )
    extra = steps - 1 - 9 * cells
    for index in range(extra):
        lines.append(
            f"  - id: tidy-{index}\n    action: RunCommand\n    needs: [route-{index % cells}]\n"
            f'    with: {{command: [/usr/local/bin/tidy, "{index}"]}}\n'
        )
    lines.append(
        "  - id: verify-all\n    action: VerifyIntegrity\n    needs:\n"
        + "".join(f"      - route-{cell}\n" for cell in range(cells))
        + "    with:\n      checks:\n        - {type: EngineCheck, database: orders-0}\n"
    )
    return "".join(lines)


def trivial(steps, needs):
    """Steps that each run `/bin/true`, then a verification, without which a plan proves nothing."""
    lines = [HEAD.format(name="trivial", steps=steps), "steps:\n"]
    for step in range(steps):
        lines.append(f"  - id: step-{step}\n    action: RunCommand\n{needs}    with: {{command: [/bin/true]}}\n")
    last = [f"step-{steps - 1}"] if not needs else [f"step-{step}" for step in range(steps)]
    lines.append(
        "  - id: verify\n    action: VerifyIntegrity\n"
        f"    needs: [{', '.join(last) if steps else ''}]\n"
        "    with: {checks: [{type: Command, command: [/bin/true]}]}\n"
    )
    return "".join(lines)


def plan(kind, steps):
    if kind == "validate":
        return realistic(steps)
    return trivial(steps, "" if kind == "serial" else "    needs: []\n")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("validate", "serial", "parallel"):
        sys.exit(__doc__)
    sys.stdout.write(plan(sys.argv[1], int(sys.argv[2])))
