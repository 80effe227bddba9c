"""load.py BIN [--seconds N] [--only hj212,modbus,mqtt,all] [--durability process,power] [--burst S]: the load of a whole
network on one machine, every part alone and all together, and how long what arrives waits until it is stored.

1,000 loggers of HJ 212 that each send a minute record every 20 s (three times what a minute record needs), all within
--burst seconds of each other; 500 units of Modbus behind 50 gateways, each polled every second; 5,000 readings a second
over MQTT, one a message under "process" and ten a message under "power". The generators run on the same cores. Prints a
table for README.md."""
import argparse
import json
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from parts import HERE, Broker, ask, cpu_seconds, free_port, rss_mib, wait

parser = argparse.ArgumentParser()
parser.add_argument("bin")
parser.add_argument("--seconds", type=int, default=60)
parser.add_argument("--only", default="hj212,modbus,mqtt,all")
parser.add_argument("--durability", default="process,power")
parser.add_argument("--burst", type=float, default=2.0)
parser.add_argument("--every", type=int, default=20)
parser.add_argument("--folder", help="where the data lie; default: a temporary folder")
options = parser.parse_args()

LOGGERS, GATEWAYS, UNITS_EACH, MQTT_STATIONS, READINGS = 1000, 50, 10, 1000, 5000


def run_of_ports(count):
    """The first of `count` ports in a row that nobody holds now."""
    while True:
        first = free_port()
        if first + count > 65000:
            continue
        try:
            for port in range(first, first + count):
                with socket.socket() as s:
                    s.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue


def config(folder, durability, broker_port, hj_port, modbus_port):
    lines = [f'[daemon]\ndata_folder = "{folder}/data"\ncontrol_socket = "{folder}/control"\ndurability = "{durability}"\n[http]\nport = 0\nreading = "open"\n']
    lines += ["[rules]\nopen_days = 60\n"]
    lines += [f'[[link]]\nname = "mqtt"\ndriver = "mqtt-json"\nuri = "tcp://127.0.0.1:{broker_port}"\nclient_id = "load-aqid"\ntopics = ["aqid/v1/+/hourly"]\nstation_level = 2\n']
    lines += [f'[[link]]\nname = "hj212"\ndriver = "hj212"\nlisten = "127.0.0.1:{hj_port}"\nconnections_per_address = 2000\nconnects_per_minute = 5000\n']
    lines += [f'[[link.station]]\nid = "L{n:04}"\nmn = "S{n:04}"\nunit = "ug/m3"\nminute_interval = 1\n' for n in range(LOGGERS)]
    for g in range(GATEWAYS):
        lines += [f'[[link]]\nname = "gateway-{g}"\ndriver = "modbus"\nline = "tcp://127.0.0.1:{modbus_port + g}"\n']
        lines += [f'[[link.unit]]\nunit = {u + 1}\nstation = "U{g * UNITS_EACH + u:04}"\nmap_file = "{HERE}/load_map.toml"\npoll_s = 1\n' for u in range(UNITS_EACH)]
    for prefix, count in [("S", MQTT_STATIONS), ("L", LOGGERS), ("U", GATEWAYS * UNITS_EACH)]:
        lines += [f'[[station]]\nid = "{prefix}{n:04}"\nname = "s"\n' for n in range(count)]
    lines += ['[[area]]\nid = "c"\nname = "c"\nkind = "city"\nstations = [%s]\n' % ", ".join(f'"S{s:04}"' for s in range(20))]
    with open(folder + "/aqid.toml", "w") as file:
        file.write("\n".join(lines))


def run(durability, parts):
    """One row of the table."""
    folder = tempfile.mkdtemp(dir=options.folder)
    children = []
    with Broker() as broker:
        try:
            hj_port, modbus_port = free_port(), run_of_ports(GATEWAYS)
            units = subprocess.Popen([options.bin + "/bench_units", str(modbus_port), str(GATEWAYS)], stdout=subprocess.PIPE, text=True) if "modbus" in parts else None
            if units:
                children.append(units)
                wait(10, "the gateways", lambda: socket.socket().connect_ex(("127.0.0.1", modbus_port + GATEWAYS - 1)) == 0)
            config(folder, durability, broker.port, hj_port, modbus_port)
            with open(folder + "/log", "w") as log:
                daemon = subprocess.Popen([options.bin + "/aqid", "--config", folder + "/aqid.toml"], stderr=log)
            children.append(daemon)
            said = lambda: open(folder + "/log").read()
            wait(60, "aqid's links", lambda: "link mqtt: up" in said() and "link hj212: up" in said())
            before, began = cpu_seconds(daemon.pid), time.monotonic()
            loggers = publisher = None
            if "hj212" in parts:
                loggers = subprocess.Popen([options.bin + "/bench_loggers", str(hj_port), str(LOGGERS), str(options.every), str(options.burst), str(options.seconds)], stdout=subprocess.PIPE, text=True)
                children.append(loggers)
            batch = 10 if durability == "power" else 1
            messages = READINGS // batch * options.seconds
            if "mqtt" in parts:
                days = 2 + READINGS * options.seconds // MQTT_STATIONS // 24
                publisher = subprocess.Popen([options.bin + "/bench_publisher", str(broker.port), str(messages), "1000", str(READINGS // batch), str(batch), str(days)])
                children.append(publisher)
            row = {}
            if loggers:
                row["loggers"] = loggers.communicate(timeout=options.seconds + 60)[0].strip()
            if publisher:
                publisher.wait(timeout=options.seconds + 120)
            if not loggers and not publisher:
                time.sleep(options.seconds)  # not a wait for anything: so long is measured
            took = time.monotonic() - began
            cpu = cpu_seconds(daemon.pid) - before
            if publisher:  # the whole status of 2,500 stations is a megabyte: not while it is measured
                wait(60, "the last message", lambda: ask(folder, "counts").get("values", 0) >= 2 * messages * batch)
            row["drained_s"] = time.monotonic() - began - took
            status = ask(folder, "status")
            peak = rss_mib(daemon.pid, "VmHWM")
            daemon.send_signal(signal.SIGTERM)
            daemon.wait(timeout=30)
            if units:
                units.send_signal(signal.SIGTERM)
                row["units"] = int(re.search(r"answered (\d+)", units.communicate()[0])[1])
            lags = {l["name"]: l["stored_after_ms"] for l in status["links"] if l.get("stored_after_ms")}
            gateways = [lag for name, lag in lags.items() if name.startswith("gateway")]
            row["durable"] = status["durable_after_ms"]
            row["lags"] = {name: lag for name, lag in lags.items() if not name.startswith("gateway")}
            if gateways:
                row["lags"]["modbus"] = {"count": sum(g["count"] for g in gateways), "median": max(g["median"] for g in gateways), "p99": max(g["p99"] for g in gateways), "most": max(g["most"] for g in gateways)}
            row.update(cpu=cpu / took, peak=peak, counts=status["counts"])
            if loggers:
                sent, answered = map(int, re.match(r"sent (\d+) answered (\d+)", row["loggers"]).groups())
                if sent != answered:
                    raise SystemExit(f"{sent - answered} records were not answered")
            return row
        finally:
            for child in children:
                if child.poll() is None:
                    child.kill()
                    child.wait()
            shutil.rmtree(folder)


def show(durability, name, row):
    def lag(key):
        l = row["lags"].get(key)
        return f"{l['median']} / {l['p99']} / {l['most']} ({l['count']})" if l else ""
    answered = re.search(r"median_ms ([\d.]+) p99_ms ([\d.]+) most_ms ([\d.]+)", row.get("loggers", ""))
    d = row["durable"]
    print(f"| {durability} | {name} | {d['median']} / {d['p99']} / {d['most']} | {' / '.join(answered.groups()) if answered else ''} | {lag('hj212')} | {lag('modbus')} | {lag('mqtt')} | {100 * row['cpu']:.0f} % | {row['peak']:.0f} |", flush=True)
    aside = {k: v for k, v in row["counts"].items() if k.startswith("aside")}
    if aside:
        print(f"put aside: {json.dumps(aside)}")


print("Milliseconds, median / p99 / most (how many). Durable: from arrival to the end of the append, which is what an "
      "acknowledgement waits for. Stored: from arrival to the end of the transaction with what became of it.\n")
print("| durability | load | durable | HJ 212: sent to answered | HJ 212 stored | Modbus stored | MQTT stored | CPU of one core | peak MiB |\n|---|---|---:|---:|---:|---:|---:|---:|---:|")
for durability in options.durability.split(","):
    for name in options.only.split(","):
        show(durability, name, run(durability, ["hj212", "modbus", "mqtt"] if name == "all" else [name]))
