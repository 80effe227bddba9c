#!/bin/bash
# install.sh BUILD CMAKE: a staged install holds every file where Debian expects it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
DESTDIR=$folder "$2" --install "$1" --prefix /usr >/dev/null
status=0
for file in usr/sbin/aqid usr/bin/aqictl usr/bin/aqi-sim usr/lib/systemd/system/aqid.service usr/lib/sysusers.d/aqid.conf usr/lib/tmpfiles.d/aqid.conf \
    usr/share/aqid/rules/cn-2012.toml usr/share/aqid/broker/mosquitto.conf usr/share/aqid/reading.schema.json usr/share/man/man8/aqid.8 \
    usr/share/man/man1/aqictl.1 usr/share/doc/aqid/aqid.example.toml; do
    [ -s "$folder/$file" ] || { echo "missing: /$file"; status=1; }
done
# An installed aqictl finds the aqid that belongs to it.
"$folder/usr/bin/aqictl" check-config "$folder/usr/share/doc/aqid/aqid.example.toml" || status=1
exit $status
