"""run.py BIN [--messages N] [--rounds R]: every benchmark, side by side, as ratios taken round by round.

BIN is a build's bin folder with bench_* (cmake -DAQID_BENCH=ON), aqid and aqictl. Prints a table for README.md. Nothing
here is a test: a machine is as fast as it is."""
import argparse
import os
import random
import shutil
import statistics
import subprocess
import tempfile
import time

from parts import HERE, Broker, ask, cpu_seconds, rss_mib, wait

parser = argparse.ArgumentParser()
parser.add_argument("bin")
parser.add_argument("--messages", type=int, default=40_000)
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--only", default="year,columns,late,calendar,page,recompute,dispatch,ingest,idle")
options = parser.parse_args()
PYTHON = "/usr/bin/python3"  # Debian's, which has paho; another may be first in PATH


def daemon_config(folder, port, durability, stations):
    lines = [f'[daemon]\ndata_folder = "{folder}/data"\ncontrol_socket = "{folder}/control"\ndurability = "{durability}"\n[http]\nport = 0\nreading = "open"\n',
             "[rules]\nopen_days = 1000\n",
             f'[[link]]\nname = "b"\ndriver = "mqtt-json"\nuri = "tcp://127.0.0.1:{port}"\nclient_id = "bench-aqid"\ntopics = ["aqid/v1/+/hourly"]\nstation_level = 2\n']
    lines += [f'[[station]]\nid = "S{s:04}"\nname = "s"\n' for s in range(stations)]
    lines += ['[[area]]\nid = "c"\nname = "c"\nkind = "city"\nstations = [%s]\n' % ", ".join(f'"S{s:04}"' for s in range(min(stations, 20)))]
    with open(folder + "/aqid.toml", "w") as file:
        file.write("\n".join(lines))


def start_daemon(folder, port, durability, stations):
    daemon_config(folder, port, durability, stations)
    log = open(folder + "/log", "w")
    process = subprocess.Popen([options.bin + "/aqid", "--config", folder + "/aqid.toml", "--simulated-clock", "2016-06-01T00:00:00+08:00"], stderr=log)
    wait(20, "aqid's subscription", lambda: "link b: up" in open(folder + "/log").read())
    return process


def consume(mode, port):
    """CPU microseconds a message of one consumer, live."""
    folder = tempfile.mkdtemp()
    try:
        if mode.startswith("aqid-"):
            process = start_daemon(folder, port, mode.split("-")[1], 1000)
            done = lambda: ask(folder, "counts").get("frames", 0) >= options.messages
        else:
            command = [PYTHON, HERE + "/neighbour.py", str(port), folder] if mode == "python" else [options.bin + "/bench_consumer", mode, str(port), folder]
            process = subprocess.Popen(command)
            wait(20, mode, lambda: os.path.exists(folder + "/ready"))
            done = lambda: os.path.exists(folder + "/count") and int(open(folder + "/count").read() or 0) >= options.messages
        before, began = cpu_seconds(process.pid), time.monotonic()
        subprocess.run([options.bin + "/bench_publisher", str(port), str(options.messages), "100"], check=True)
        wait(300, f"the last message of {mode}", done)
        took = time.monotonic() - began
        cpu = cpu_seconds(process.pid) - before
        peak = rss_mib(process.pid, "VmHWM")
        process.kill()
        process.wait()
        return cpu / options.messages * 1e6, options.messages / took, peak
    finally:
        shutil.rmtree(folder)


def middle(values, form="{:.1f}"):
    return f"{form} ({form}-{form})".format(statistics.median(values), min(values), max(values))


def ingest():
    modes = ["count", "inbox-process", "inbox-power", "aqid-process", "aqid-power", "python"]
    names = {"count": "Paho C++, a callback that only counts", "inbox-process": "our link up to the inbox, durability process", "inbox-power": "our link up to the inbox, durability power",
             "aqid-process": "aqid, the whole turn, process", "aqid-power": "aqid, the whole turn, power", "python": "Python paho + sqlite3, a commit a message"}
    results = {m: [] for m in modes}
    for n in range(options.rounds):
        order = modes[:]
        random.Random(n).shuffle(order)
        for mode in order:
            with Broker() as broker:
                results[mode].append(consume(mode, broker.port))
    print(f"\nIngest, live, {options.messages} QoS 1 messages of two values, {options.rounds} rounds: median (min-max)\n")
    print("| consumer | CPU us a message | x counting consumer | messages/s | peak MiB |\n|---|---:|---:|---:|---:|")
    for mode in modes:
        cpu = [r[0] for r in results[mode]]
        ratio = [r[0] / c[0] for r, c in zip(results[mode], results["count"])]
        print(f"| {names[mode]} | {middle(cpu)} | {middle(ratio, '{:.2f}')} | {middle([r[1] for r in results[mode]], '{:.0f}')} | {middle([r[2] for r in results[mode]])} |")


def idle():
    with Broker() as broker:
        folder = tempfile.mkdtemp()
        process = start_daemon(folder, broker.port, "power", 20)
        time.sleep(2)  # not a wait for anything: idle is what is measured
        print(f"\nIdle aqid, 20 stations, empty database: {rss_mib(process.pid):.1f} MiB resident")
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def year():
    folder = tempfile.mkdtemp(dir=os.environ.get("AQID_BENCH_FOLDER"))
    print(subprocess.run([options.bin + "/bench_year", folder + "/year"], check=True, capture_output=True, text=True).stdout, end="")
    shutil.rmtree(folder)


def printed(command, **more):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **more).stdout


def best_of(text, best):
    """Lines "who 0.0600 s valid .. good .. annual_ng ..": the shortest time of each, and what everybody found."""
    for line in text.splitlines():
        words = line.split()
        if len(words) < 9 or words[2] != "s":
            continue
        found = tuple(words[3:9])
        if best.setdefault("found", found) != found:
            raise SystemExit(f"{words[0]} found {found}, the others {best['found']}")
        best[words[0]] = min(best.get(words[0], 1e9), float(words[1]))


def in_duckdb(folder):
    """What duckdb.mjs prints, or why it cannot."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "SKIPPED: DuckDB, there is no node or npm\n"
    for name in ["package.json", "duckdb.mjs"]:
        shutil.copy(HERE + "/" + name, folder)
    try:
        subprocess.run(["npm", "install", "--no-audit", "--no-fund"], cwd=folder, check=True, capture_output=True, text=True, timeout=300)
    except subprocess.SubprocessError as error:
        said = [line for line in (getattr(error, "stderr", None) or "").splitlines() if "npm warn" not in line]
        return f"SKIPPED: DuckDB, npm cannot install @duckdb/node-api: {said[0] if said else error}\n"
    return printed(["node", "duckdb.mjs", folder + "/values.csv"], cwd=folder)


def columns():
    with tempfile.TemporaryDirectory(dir=os.environ.get("AQID_BENCH_FOLDER")) as folder:
        # Ours before and after, so that a busy minute does not meet one of them alone.
        texts = [printed([options.bin + "/bench_columns", folder + "/values.csv"]), in_duckdb(folder), printed([options.bin + "/bench_columns"])]
    print("\nA year of 1,000 stations x 2 pollutants in memory:\n" + texts[0] + texts[1], end="")
    best = {}
    for text in texts:
        best_of(text, best)
    print("best: " + ", ".join(f"{who} {best[who]:.3f} s = {best[who] / best['bulk']:.2f} x bulk" for who in ["loop", "bulk", "duckdb-1", "duckdb-2"] if who in best))


def late():
    print("\n" + printed([options.bin + "/bench_late"]), end="")


def dispatch():
    with tempfile.TemporaryDirectory(dir=os.environ.get("AQID_BENCH_FOLDER")) as folder:
        print("\n" + printed([options.bin + "/bench_dispatch", folder]), end="")


def calendar():
    with tempfile.TemporaryDirectory(dir=os.environ.get("AQID_BENCH_FOLDER")) as folder:
        print("\n" + printed([options.bin + "/bench_calendar", folder]), end="")


def page():
    """In a browser; run.sh says SKIPPED, and 77, where there is none."""
    told = subprocess.run([HERE + "/../e2e/duty/run.sh", "../../bench/page.mjs"], stdout=subprocess.PIPE, text=True, env={**os.environ, "AQID_BIN": os.path.abspath(options.bin)})
    print("\n" + told.stdout, end="")
    if told.returncode not in (0, 77):
        raise SystemExit("page.mjs failed")


def recompute():
    with tempfile.TemporaryDirectory(dir=os.environ.get("AQID_BENCH_FOLDER")) as folder:
        text = printed([options.bin + "/bench_recompute", folder + "/file"])
    print("\nRecomputation from the SQLite file:\n" + text, end="")
    best = {}
    best_of(text, best)
    print("best: " + ", ".join(f"{who} {best[who]:.2f} s = {best[who] / best['engine']:.2f} x engine" for who in best if who != "found"))


for name in options.only.split(","):
    {"year": year, "columns": columns, "late": late, "calendar": calendar, "page": page, "recompute": recompute, "dispatch": dispatch, "ingest": ingest, "idle": idle}[name]()
