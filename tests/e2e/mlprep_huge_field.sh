#!/usr/bin/env bash
# A quote that never closes in an endless stream: refused where it opened,
# within bounded memory, with nothing written.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"
cd "$T"

huge() {
  printf 'a,b\n1,2\n3,"'
  head -c 300000000 /dev/zero | tr '\0' x
}
bounded() {
  (ulimit -v 400000 && mlprep -q "$@")
}
place='standard input:3:3: the quote that opens here is not closed within --max-field (8388608 bytes)'
expect_exit 11 bounded - --max-field 8M -o no.h5 < <(huge)
expect "mlprep: $place" "$(cat err)" 'the place'
printf 'columns: [{name: a, type: integer}, {name: b, type: text}]\n' >s.yaml
expect_exit 11 bounded - --max-field 8M --schema s.yaml -o no.h5 < <(huge 2>pipe)
expect "mlprep: $place" "$(cat err)" 'the place, streamed'
[[ ! -e no.h5 ]] || fail 'something was written'
