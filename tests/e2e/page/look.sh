#!/bin/bash
# Looks at the status page as a browser shows it: two screenshots (the first screen, the whole page) and a check of the
# words in it.
#
#   tests/e2e/page/look.sh ADDRESS OUT.png          e.g. http://127.0.0.1:8080/ page.png; also writes page-whole.png
#   EXPECT="鹤壁市 预警" tests/e2e/page/look.sh ...  other words than those of the demo; none may contain a space
#
# Exit 0: every word is there, the page is live and reports no error of its own. 1: it is not. 2: wrong use, no browser.
set -euo pipefail

[ $# -eq 2 ] || { sed -n '2,9p' "$0" | sed 's/^# \{0,1\}//'; exit 2; }
address=$1
out=$2
expect=${EXPECT:-实时AQI 首要污染物 鹤壁市 累计年均 优良天 年剩余日控制值 近72小时 近31日 预警 消息发送 数据质量}
command -v chromium >/dev/null || { echo "look.sh: chromium is not installed" >&2; exit 2; }

folder=$(mktemp -d -t aqid-look.XXXXXX)
trap 'rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM

# look NAME ARGUMENTS...: one browser with a profile of its own that calls nobody, ended after a minute.
look() {
    local name=$1
    shift
    timeout --kill-after=5 60 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/$name" \
        --disable-background-networking --disable-component-update --disable-sync --no-first-run --disable-quic \
        --hide-scrollbars --lang=zh-CN --virtual-time-budget=4000 "$@" "$address" 2>"$folder/$name.log" && return
    echo "look.sh: the browser failed ($name)" >&2
    tail -n 5 "$folder/$name.log" >&2
    return 1
}

dom=$folder/dom.html
look dom --window-size=1366,768 --dump-dom >"$dom"
look first --window-size=1366,768 --screenshot="$folder/first.png" >/dev/null
look whole --window-size=1366,4200 --screenshot="$folder/whole.png" >/dev/null
mv "$folder/first.png" "$out"
mv "$folder/whole.png" "${out%.png}-whole.png"

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
if grep -q 'class="broken"' "$dom"; then fail "a section could not be drawn"; fi
grep -q '<canvas' "$dom" || fail "there is no chart"
if words=$(grep -oE 'undefined|NaN|\[object [A-Z][a-z]*\]' <<<"$text" | sort -u) && [ -n "$words" ]; then fail "the page says" $words; fi
for png in "$out" "${out%.png}-whole.png"; do
    [ "$(stat -c %s "$png")" -gt 20000 ] || fail "$png is almost empty"
done
[ $failed = 0 ] && echo "look.sh: $address shows what it should; see $out and ${out%.png}-whole.png"
exit $failed
