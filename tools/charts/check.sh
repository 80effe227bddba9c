#!/bin/bash
# The committed chart library is what tools/charts makes, byte for byte.
#
#   tools/charts/check.sh     exit status 0: the same; 1: another; 77: could not be looked at (no node, no npm)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)

for program in node npm; do
    if ! command -v "$program" >/dev/null; then
        echo "tools/charts/check.sh: skipped: $program is not installed"
        exit 77
    fi
done

made=$top/build/charts/made
rm -rf "$made"
"$here/build.sh" "$made"
bad=0
for file in vendor-echarts.js vendor-echarts.LICENSE; do
    if cmp "$made/$file" "$top/daemon/web/console/$file"; then continue; fi
    echo "tools/charts/check.sh: $file is not what tools/charts/build.sh makes"
    bad=1
done
[ $bad = 0 ] && echo "tools/charts/check.sh: the committed chart library is the one that is made here"
exit $bad
