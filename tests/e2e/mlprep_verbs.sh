#!/usr/bin/env bash
# mlprep from a CSV to a data set and back: convert, inspect, head, cat,
# records, and the same bytes each time.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

csv=$MLB_SRC/jobspecs/data/penguins.csv
rows=$(($(wc -l <"$csv") - 1))

expect_exit 0 mlprep "$csv" -o "$T/a.h5" --report "$T/report.json"
expect '' "$(cat "$T/out")" 'stdout of convert'
grep -q "a.h5: $rows rows, .* delimiter ,, header" "$T/err" || fail "decisions: $(cat "$T/err")"
expect_exit 0 mlprep convert -q "$csv" -o "$T/b.h5"
expect '' "$(cat "$T/err")" 'stderr of a quiet conversion'
cmp "$T/a.h5" "$T/b.h5" || fail 'two conversions differ'

# The report, `inspect` of the CSV and of the data set say the same.
mlprep inspect "$csv" --json | jq -S . >"$T/csv.json"
mlprep inspect "$T/a.h5" --json | jq -S . >"$T/h5.json"
cmp "$T/csv.json" "$T/h5.json" || fail 'inspect differs'
jq -S . "$T/report.json" | cmp - "$T/csv.json" || fail 'report differs'
expect "$rows" "$(jq .rows "$T/csv.json")" 'rows'
expect 'columns dialect rows warnings' "$(jq -r 'keys | join(" ")' "$T/csv.json")"
expect 'category integer' "$(jq -r '[.columns[] | select(.name == "species" or
  .name == "year" or .name == "body_mass_g") | .type] | unique | join(" ")' "$T/csv.json")"
mlprep inspect "$csv" | grep '^species  *category' >/dev/null || fail 'inspect for people'

# The table comes back, and makes the same data set again.
mlprep cat "$T/a.h5" >"$T/back.csv"
expect_exit 0 mlprep -q "$T/back.csv" -o "$T/c.h5"
expect "$(mlprep cat "$T/a.h5" --format jsonl | sha256sum)" \
  "$(mlprep cat "$T/c.h5" --format jsonl | sha256sum)" 'the table again'
expect "$((rows + 1))" "$(wc -l <"$T/back.csv")" 'lines of cat'
expect 4 "$(mlprep head "$T/a.h5" -n 3 | wc -l)" 'lines of head'
expect 10 "$(mlprep head "$T/a.h5" --format jsonl | wc -l)" 'default of head'
expect 'species,year' "$(mlprep cat "$T/a.h5" --columns species,year | sed 1q)"

printf 'a;b\n"x;""y""";\n1;NA\n' >"$T/r.csv"
expect '["a","b"]
["x;\"y\"",""]
["1","NA"]' "$(mlprep records "$T/r.csv")" 'records'
printf 'd,t,n\n1.0,"NA",\n2.0,"a, ""b""",3\n' >"$T/t.csv"
mlprep -q "$T/t.csv" -o "$T/t.h5"
expect 'd,t,n
1.0,"NA",
2.0,"a, ""b""",3' "$(mlprep cat "$T/t.h5")" 'cat'
expect '{"d":1.0,"t":"NA","n":null}' "$(mlprep head -n 1 --format jsonl "$T/t.h5")"

mlprep --help | grep 'mlprep penguins.csv -o penguins.h5' >/dev/null || fail 'help'
mlprep version | grep '^mlprep 0' >/dev/null || fail 'version'
