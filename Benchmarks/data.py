#!/usr/bin/env python3
"""Writes test data: Benchmarks/data.py dumps|tree FOLDER MEGABYTES [FILES]

`dumps` are eight text files like table dumps, `tree` is a folder of small files like sources. Both compress by 3 to 4
and hold no two equal stretches of any length, so that nobody gains by finding them. The same arguments give the same
bytes.
"""
import os
import random
import sys

SYLLABLES = "ba co di fu ge ha ki lo mu na po qui re sa to vu we xi yo zu tra ble shi mon ter and ing ful est orb".split()


def words(source, count):
    return ["".join(source.choices(SYLLABLES, k=source.randint(1, 4))) for _ in range(count)]


def dumps(folder, megabytes):
    source = random.Random(7)
    names = words(source, 3000)
    size = megabytes * 1_048_576 // 8
    for number in range(8):
        with open(os.path.join(folder, f"table-{number}.tsv"), "w") as file:
            row = number * 100_000_000
            while file.tell() < size:
                block = []
                for _ in range(20_000):
                    row += source.randrange(1, 5)
                    a, b, c = source.sample(names, 3)
                    number_ = source.getrandbits(44)
                    block.append(
                        f"{row}\t2026-{1 + row % 12:02}-{1 + number_ % 28:02} {number_ % 24:02}:{number_ % 60:02}\t"
                        f"{a} {b}\t{c}@{b}.example\t{number_ % 100_000}.{number_ % 100:02}\tshipped\t\\N\n"
                    )
                file.write("".join(block))
            file.truncate(size)


def tree(folder, megabytes, files):
    source = random.Random(11)
    names = words(source, 2000)
    lines = []
    for _ in range(200_000):
        a, b, c, d = source.choices(names, k=4)
        lines.append(
            source.choice(
                (
                    f"    let {a} = {b}.{c}({d})\n",
                    f"  func {a}(_ {b}: {c}) -> {d} {{\n",
                    f"    guard {a}.{b} != {source.randrange(4096)} else {{ return {c} }}\n",
                    f"  /// {a} {b} the {c} of {d}.\n",
                    "  }\n",
                )
            )
        )
    mean = megabytes * 1_048_576 / files
    for number in range(files):
        parent = os.path.join(folder, f"module-{number // 1000:03}", f"part-{number // 50 % 20:02}")
        if number % 50 == 0:
            os.makedirs(parent, exist_ok=True)
        size = int(min(65_536, max(1024, source.expovariate(1 / mean))))
        text = "".join(source.choices(lines, k=size // 30 + 1))[:size]
        with open(os.path.join(parent, f"file-{number:05}.swift"), "w") as file:
            file.write(text)


def ensure(kind, folder, megabytes, files=0):
    """Makes the data unless it is there from an earlier run."""
    if os.path.isdir(folder):
        return
    unfinished = folder + ".part"
    os.system(f"rm -rf '{unfinished}'")
    os.makedirs(unfinished)
    if kind == "dumps":
        dumps(unfinished, megabytes)
    else:
        tree(unfinished, megabytes, files)
    os.rename(unfinished, folder)


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in ("dumps", "tree"):
        sys.exit(__doc__)
    ensure(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1000)
