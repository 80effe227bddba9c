#!/bin/bash
# Makes daemon/web/console/vendor-echarts.js and its licence from the packages of package-lock.json.
#
#   tools/charts/build.sh [DIRECTORY]     where the two files go (default: the console)
#
# Needs node and npm, and for the first time the npm registry; a machine without them builds aqid from the committed files.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
to=${1:-$top/daemon/web/console}
work=$top/build/charts

mkdir -p "$work" "$to"
cp "$here/package.json" "$here/package-lock.json" "$here/entry.js" "$work/"
# The lock holds the digests; what was installed from the same lock before is not fetched again.
if ! cmp -s "$work/package-lock.json" "$work/installed.json"; then
    (cd "$work" && npm ci --no-audit --no-fund --loglevel=error)
    cp "$work/package-lock.json" "$work/installed.json"
fi

cd "$work"
version() { node -p "require('./node_modules/$1/package.json').version"; }
banner="/* Apache ECharts $(version echarts) (Apache-2.0), zrender $(version zrender) (BSD-3-Clause), tslib $(version tslib) (0BSD); see vendor-echarts.LICENSE. Made by tools/charts. */"
node_modules/.bin/esbuild entry.js --bundle --minify --format=esm --target=es2022 --charset=utf8 --legal-comments=none \
    --log-level=warning --banner:js="$banner" --outfile="$to/vendor-echarts.js"

{
    printf 'vendor-echarts.js holds parts of these packages.\n'
    for package in echarts zrender tslib; do
        printf '\n==== %s %s ====\n\n' "$package" "$(version $package)"
        for file in LICENSE LICENSE.txt NOTICE; do
            if [ -f "node_modules/$package/$file" ]; then cat "node_modules/$package/$file"; printf '\n'; fi
        done
    done
} | sed 's/\r$//; s/[[:space:]]*$//' >"$to/vendor-echarts.LICENSE"
