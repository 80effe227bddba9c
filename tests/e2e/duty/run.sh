#!/bin/bash
# The console in a browser, as the people of a duty room use it, on the real programs.
#
#   tests/e2e/duty/run.sh [SCRIPT.mjs...]     default: all of them
#
# AQID_BIN=DIR: where aqid, aqictl and aqi-sim lie (default: build/release/bin). AQID_SHOTS=DIR: screenshots are kept there.
# Exit 0: all is well. 1: it is not. 77: node, npm or chromium is not installed, so that nothing was looked at.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
modules=$top/build/duty

scripts=("$@")
[ $# -gt 0 ] || scripts=(words.mjs parts.mjs story.mjs screens.mjs cut.mjs)

missing() {
    echo "duty/run.sh: SKIPPED: $1 is not installed (tools/packages test)"
    exit 77
}
command -v node >/dev/null || missing node
browser=no
for script in "${scripts[@]}"; do case $script in words.mjs | parts.mjs) ;; *) browser=yes ;; esac; done
if [ $browser = yes ]; then
    command -v npm >/dev/null || missing npm
    AQID_CHROMIUM=$(command -v chromium) || missing chromium
    export AQID_CHROMIUM AQID_DUTY_MODULES=$modules
    # What the lock names, once; two tests at the same time make it once, too.
    mkdir -p "$modules"
    exec 9>"$modules/.lock"
    flock 9
    if ! cmp -s "$here/package-lock.json" "$modules/.installed"; then
        cp "$here/package.json" "$here/package-lock.json" "$modules/"
        (cd "$modules" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
        cp "$here/package-lock.json" "$modules/.installed"
    fi
    exec 9>&-
fi

failed=0
for script in "${scripts[@]}"; do
    echo "duty: $script"
    node "$here/$script" || failed=1
done
exit $failed
