#!/bin/bash
# unit.sh UNIT AQID: systemd-analyze has nothing to say of the unit, and its exposure is at most 1.5.
set -euo pipefail
command -v systemd-analyze >/dev/null || { echo "SKIPPED: no systemd-analyze"; exit 77; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# verify insists that the program exists: point it at the one just built, and leave out the manual page it looks up.
sed -e "s|^ExecStart=/usr/sbin/aqid|ExecStart=$2|" -e '/^Documentation=/d' "$1" >"$folder/aqid.service"
said=$(systemd-analyze verify --man=no "$folder/aqid.service" 2>&1 | grep -v -e 'mosquitto.service' || true)
if [ -n "$said" ]; then
    echo "systemd-analyze verify: $said"
    exit 1
fi
systemd-analyze security --offline=true --threshold=15 "$1" | tail -n 1
