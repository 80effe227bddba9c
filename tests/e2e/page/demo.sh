#!/bin/bash
# Plays the demo, looks at its page in a browser when the story is over, holds what was caught to its schema, ends it as Ctrl-C does and sees that nothing it
# started is left.
#
#   tests/e2e/page/demo.sh [OUT.png]
set -euo pipefail
top=$(cd "$(dirname "$0")/../../.." && pwd)
folder=$(mktemp -d -t aqid-page.XXXXXX)
chmod 755 "$folder" # the broker gives up being root and must still come in
demo=
clean_up() {
    [ -z "$demo" ] || kill -TERM "$demo" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 1' INT TERM

# until_true SECONDS WHAT COMMAND...
until_true() {
    local deadline=$((SECONDS + $1)) what=$2
    shift 2
    until "$@" >/dev/null 2>&1; do
        if [ -n "$demo" ] && ! kill -0 "$demo" 2>/dev/null; then
            cat "$folder/demo.log" >&2
            echo "demo.sh: the demo ended early" >&2
            exit 1
        fi
        [ $SECONDS -lt "$deadline" ] || { tail -n 20 "$folder/demo.log" >&2; echo "demo.sh: $what never came" >&2; exit 1; }
        sleep 0.1
    done
}

"$top/tools/demo" --pace 0 --folder "$folder/demo" >"$folder/demo.log" 2>&1 &
demo=$!
until_true 500 "the end of the story" grep -q 'the story is over' "$folder/demo.log"
if grep -F '[ ]' "$folder/demo.log"; then echo "demo.sh: the demo did not see every step" >&2; exit 1; fi
address=$(grep -o 'http://127.0.0.1:[0-9]*/' "$folder/demo.log" | head -n 1)
"$top/tests/e2e/page/look.sh" "$address" "${1:-$folder/page.png}"
/usr/bin/python3 "$top/tests/second_tool/promises.py" "$folder/demo/caught.jsonl"

[ -n "$(pgrep -f "$folder/demo")" ] || { echo "demo.sh: nothing runs, so there is nothing to end" >&2; exit 1; }
kill -TERM "$demo"
ended=$demo
demo=
wait "$ended" || { echo "demo.sh: the demo ended with $?" >&2; exit 1; }
nothing_left() { ! pgrep -f "$folder/demo"; }
until_true 10 "the end of everything the demo started" nothing_left
