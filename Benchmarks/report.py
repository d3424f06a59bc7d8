"""What a run says: the machine, the rows as they come, and the files under results/."""

import json
import os
import platform
import statistics
import subprocess
from pathlib import Path

import measure

HEAD = "| row | measured | ceiling | ratio | target | | note |\n|---|---|---|---|---|---|---|"


class Table:
    """The rows, printed as they come."""

    def __init__(self):
        self.rows: list[dict] = []

    def add(self, name: str, measured: float, unit: str, target: str, met: bool | None, ceiling: float | None = None, note: str = ""):
        ratio = measured / ceiling if ceiling else None
        row = {"row": name, "measured": measured, "unit": unit, "ceiling": ceiling, "ratio": ratio, "target": target, "met": met, "note": note}
        self.rows.append(row)
        print(line(row), flush=True)

    def rate(self, name: str, load: "measure.Load", ceiling: float, share: float, note: str = ""):
        """A row in requests a second. A run in which answers were refused meets no target."""
        note = "; ".join(part for part in (note, f"p50 {load.p50} µs, p99 {load.p99} µs", load.spoiled) if part)
        self.add(name, load.rate, "/s", f"at least {share:.0%}", load.rate >= share * ceiling and not load.spoiled, ceiling, note)

    def cost(self, name: str, few, many, key: str, share: float, note: str):
        """A row of the processor time that a request costs the server beside much, against the same beside little. Both have their runs
        in `costs`, in seconds, and in `rates`, a second."""
        costs = [statistics.mean(which.costs[key]) * 1e6 for which in (few, many)]
        rates = [statistics.mean(which.rates[key]) for which in (few, many)]
        note = f"processor time of the server a request, two runs each; {rates[0]:,.0f}/s and {rates[1]:,.0f}/s; {note}"
        self.add(name, costs[1], "µs", f"at most {share:.0%}", costs[1] <= share * costs[0], costs[0], note)


def number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def line(row: dict) -> str:
    met = {True: "met", False: "NOT MET", None: ""}[row["met"]]
    ratio = f"{row['ratio']:.0%}" if row["ratio"] is not None else ""
    return f"| {row['row']} | {number(row['measured'])} {row['unit']} | {number(row['ceiling'])} | {ratio} | {row['target']} | {met} | {row['note']} |"


def machine() -> dict:
    model = next((l.split(":")[1].strip() for l in Path("/proc/cpuinfo").read_text().splitlines() if l.startswith("model name")), platform.machine())
    memory = next(int(l.split()[1]) // 1024 for l in Path("/proc/meminfo").read_text().splitlines() if l.startswith("MemTotal"))
    git = lambda *words: subprocess.run(["git", *words], cwd=measure.HERE, capture_output=True, text=True).stdout.strip()
    return {
        "cpu": model, "cores": measure.CORES, "memory_mb": memory, "kernel": platform.release(),
        "openssl": subprocess.run(["openssl", "version"], capture_output=True, text=True).stdout.strip(),
        "commit": git("rev-parse", "--short=12", "HEAD"), "changed_files": len(git("status", "--porcelain").splitlines()),
        "load_before": os.getloadavg()[0],
    }


def heading(facts: dict) -> str:
    """The machine, and how fast it was in this run."""
    return (
        f"{facts['cpu']}, {facts['cores']} cores, {facts['memory_mb']} MB, Linux {facts['kernel']}, {facts['openssl']}. "
        f"H, the bare static route by wrk -t1 -c32 on the same cores: {number(facts['H'])}/s; load average before the run {facts['load_before']:.1f}."
    )


def write(table: Table, facts: dict, options) -> None:
    results = measure.HERE / "results"
    results.mkdir(exist_ok=True)
    kind = "quick" if options.quick else "full" if options.full else "default"
    facts |= {"date": options.date, "kind": kind, "load_after": os.getloadavg()[0]}
    (results / f"{facts['commit']}.json").write_text(json.dumps({"facts": facts, "rows": table.rows}, indent=2) + "\n")
    text = [
        f"Commit {facts['commit']}{' with changes' if facts['changed_files'] else ''}, {options.date}, a {kind} run of `make bench`. "
        + heading(facts), "", HEAD, *[line(row) for row in table.rows], "",
    ]
    (results / "latest.md").write_text("\n".join(text))
    print(f"written: Benchmarks/results/{facts['commit']}.json, Benchmarks/results/latest.md")


def summary(table: Table) -> str:
    missed = [row["row"] for row in table.rows if row["met"] is False]
    return f"\n{len(missed)} of {sum(row['met'] is not None for row in table.rows)} targets not met" + (": " + "; ".join(missed) if missed else "")
