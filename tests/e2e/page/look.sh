#!/bin/bash
# Looks at the console as a browser shows it to somebody who opens it: the wall, and the alarm table, each with a screenshot and a
# check of its words.
#
#   tests/e2e/page/look.sh ADDRESS OUT.png          e.g. http://127.0.0.1:8080/ page.png; also writes page-alarms.png
#   EXPECT="鹤壁市 预警" tests/e2e/page/look.sh ...  other words than those of the demo; none may contain a space
#
# Exit 0: every word is there, the page is live and reports no error of its own. 1: it is not. 2: wrong use, no browser.
set -euo pipefail

[ $# -eq 2 ] || { sed -n '2,9p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }
address=$1
out=$2
expect=${EXPECT:-实时AQI 首要 鹤壁市 预警 PM2.5 报警 最近完成小时 1小时，截至}
command -v chromium >/dev/null || { echo "look.sh: chromium is not installed" >&2; exit 2; }

folder=$(mktemp -d -t aqid-look.XXXXXX)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM

# An open stream of events stops the virtual time of the browser, so the page asks instead (?events=off).
# look NAME ARGUMENTS...: one browser with a profile of its own that calls nobody, ended after a minute.
look() {
    local name=$1
    shift
    timeout --kill-after=5 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/$name" \
        --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-quic \
        --hide-scrollbars --lang=zh-CN --virtual-time-budget=4000 "$@" 2>"$folder/$name.log" && return
    echo "look.sh: the browser failed ($name)" >&2
    tail -n 5 "$folder/$name.log" >&2
    return 1
}

dom=$folder/dom.html
look dom --window-size=1366,768 --dump-dom "$address?events=off" >"$dom"
look wall --window-size=1366,768 --screenshot="$folder/wall.png" "$address?events=off" >/dev/null
look alarms --window-size=1366,768 --screenshot="$folder/alarms.png" "$address?events=off#/alarms" >/dev/null
mv "$folder/wall.png" "$out"
mv "$folder/alarms.png" "${out%.png}-alarms.png"

failed=0
fail() {
    echo "look.sh: $*" >&2
    failed=1
}
# The words people see: without scripts and tags.
text=$(sed -e 's/<script[^>]*>.*<\/script>//g' -e 's/<[^>]*>//g' "$dom")
for word in $expect; do
    grep -qF -- "$word" <<<"$text" || fail "the page does not say $word"
done
grep -q '<body[^>]* data-state="live"' "$dom" || fail "the page is not live: $(grep -o '<body[^>]*>' "$dom" || echo 'no body')"
if errors=$(grep -o 'data-errors="[^"]*"' "$dom"); then fail "the page reports $errors"; fi
if grep -q 'class="broken"' "$dom"; then fail "the screen could not be drawn"; fi
grep -q 'data-test="wall-tile"' "$dom" || fail "the wall has no tile"
if words=$(grep -oE 'undefined|NaN|\[object [A-Z][a-z]*\]' <<<"$text" | sort -u) && [ -n "$words" ]; then fail "the page says" $words; fi
for png in "$out" "${out%.png}-alarms.png"; do
    [ "$(stat -c %s "$png")" -gt 20000 ] || fail "$png is almost empty"
done
[ $failed = 0 ] && echo "look.sh: $address shows what it should; see $out and ${out%.png}-alarms.png"
exit $failed
