"""listeners.py BIN [--listeners N]: what listeners of the live page cost a real aqid, plain and over TLS, as ratios of the aim.

BIN is a build's bin folder. A listener has asked for /api/v1/live, has its first message, and waits. Prints rows for README.md."""
import argparse
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

from parts import rss_mib, wait

AIM_MIB = 64
A_SECOND = 40  # strangers may ask 50 times a second

parser = argparse.ArgumentParser()
parser.add_argument("bin")
parser.add_argument("--listeners", type=int, default=1000)
options = parser.parse_args()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def configure(folder, port, tls):
    keys = f'certificate = "{folder}/page.crt"\nkey = "{folder}/page.key"\n' if tls else ""
    if tls:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                        "-keyout", f"{folder}/page.key", "-out", f"{folder}/page.crt"], check=True, capture_output=True)
        os.chmod(f"{folder}/page.key", 0o600)
    with open(f"{folder}/aqid.toml", "w") as file:
        file.write(f'[daemon]\ndata_folder = "{folder}/data"\ncontrol_socket = "{folder}/control"\n'
                   f'[http]\nport = {port}\nreading = "open"\n{keys}'
                   '[[station]]\nid = "S1"\nname = "s"\n[[area]]\nid = "c"\nname = "c"\nkind = "city"\nstations = ["S1"]\n')


def listen(port, context):
    line = socket.create_connection(("127.0.0.1", port))
    if context:
        line = context.wrap_socket(line, server_hostname="127.0.0.1")
    line.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    said = b""
    while b"event: full" not in said:
        more = line.recv(65536)
        if not more:
            raise SystemExit(f"listeners.py: refused: {said[:200]!r}")
        said += more
    time.sleep(1 / A_SECOND)
    return line


def cost(tls):
    folder, port = tempfile.mkdtemp(), free_port()
    os.mkdir(f"{folder}/data")
    configure(folder, port, tls)
    log = open(f"{folder}/log", "w")
    process = subprocess.Popen([options.bin + "/aqid", "--config", f"{folder}/aqid.toml", "--simulated-clock", "2016-06-01T00:00:00+08:00"], stderr=log)
    try:
        wait(20, "aqid", lambda: "aqid is up" in open(f"{folder}/log").read())
        context = None
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        lines = [listen(port, context)]
        before = rss_mib(process.pid)
        lines += [listen(port, context) for _ in range(options.listeners - 1)]
        after = rss_mib(process.pid)
        for line in lines:
            line.close()
        return before, after
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


for name, tls in (("plain", False), ("TLS", True)):
    one, all_of_them = cost(tls)
    print(f"| {options.listeners} listeners, {name}: {one:.1f} MiB with one, {all_of_them:.1f} with all | {(all_of_them - one) / AIM_MIB:.2f} |")
