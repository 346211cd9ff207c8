#!/usr/bin/env bash
# inspect --schema writes what was decided; --schema FILE fixes it for the next
# file, and a value, a name or a count that breaks it is an error with a place.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"
cd "$T"

printf 'n,k,"odd: ""name""",when\n1,007,x,13/03/2022\n2,008,y,14/03/2022\n' >march.csv
mlprep inspect march.csv --schema >s.yaml
expect '# Names and types of the columns, in order; for mlprep --schema.
columns:
  - {name: "n", type: integer}
  - {name: k, type: category}
  - {name: "odd: \"name\"", type: category}
  - {name: when, type: date, date_format: "%d/%m/%Y"}' "$(cat s.yaml)" 'schema'
mlprep -q march.csv -o m.h5 --schema s.yaml
mlprep inspect m.h5 --schema | cmp - s.yaml || fail 'the schema of the data set'

# Alone, April's file would be read another way; the schema decides.
printf 'n,k,"odd: ""name""",when\n,009,x,05/04/2022\n3,010,y,06/04/2022\n' >april.csv
mlprep -q april.csv -o a.h5 --schema s.yaml
expect '{"n":null,"k":"009","odd: \"name\"":"x","when":"2022-04-05"}' \
  "$(mlprep head a.h5 -n 1 --format jsonl)"
mlprep inspect a.h5 --schema | cmp - s.yaml || fail 'the schema of April'
printf '5,011,z,07/04/2022\n' >bare.csv
mlprep -q bare.csv -o b.h5 --no-header --schema s.yaml
expect 'n,k,"odd: ""name""",when' "$(mlprep cat b.h5 | sed 1q)" 'names without a header'
expect 1 "$(mlprep stats bare.csv --no-header --schema s.yaml --json | jq .rows)"

# What comes through a pipe is read once and kept nowhere.
TMPDIR=/nonexistent mlprep -q - -o p.h5 --schema s.yaml < <(cat march.csv)
mlprep diff p.h5 m.h5 || fail 'another table from a pipe'
mlprep inspect p.h5 --schema | cmp - s.yaml || fail 'the schema of a pipe'
gzip -c april.csv | TMPDIR=/nonexistent mlprep -q - -o g.h5 --schema s.yaml
mlprep diff g.h5 a.h5 || fail 'another table from a compressed pipe'

# refused STATUS TEXT ARGUMENTS...
refused() {
  local status=$1 text=$2
  shift 2
  expect_exit "$status" mlprep "$@" -o no.h5
  grep -qF -- "$text" err || fail "mlprep $*: '$(cat err)' lacks '$text'"
  [[ ! -e no.h5 ]] || fail 'a refused file was written'
}
printf 'n,k,"odd: ""name""",when\n1,2,3,13/03/2022\n1.5,2,3,13/03/2022\n' >bad.csv
refused 11 "bad.csv:3: column 'n': '1.5' is not a whole number" bad.csv --schema s.yaml
printf 'n,k,odd,when\n1,2,3,13/03/2022\n' >names.csv
refused 11 "names.csv:1: column 3 is named 'odd'; the schema wants 'odd: \"name\"'" \
  names.csv --schema s.yaml
printf 'n,k\n1,2\n' >few.csv
refused 11 'few.csv:1: has 2 columns; the schema has 4' few.csv --schema s.yaml
printf 'n,k,"odd: ""name""",when,\n1,2,3,13/03/2022,\n1,2,3,13/03/2022,x\n' >more.csv
refused 11 'more.csv: has 5 columns; the schema has 4' more.csv --schema s.yaml
refused 11 'absent.yaml' march.csv --schema absent.yaml

broken() {
  printf '%b' "$1" >broken.yaml
  refused 3 "broken.yaml$2" march.csv --schema broken.yaml
}
broken '' ': want one document'
broken 'columns: 1\n' ":1:1: want a list 'columns'"
broken 'columns: []\n' ":1:1: want a list 'columns'"
broken 'columns:\n  - {name: n}\n' ':2:5: want a column as {name, type}'
broken 'columns:\n  - {name: n, type: float}\n' ":2:21: 'float' is no type"
broken 'columns:\n  - {name: n, type: date, date_format: "%q"}\n' ":2:40: the date format '%q'"
broken 'columns:\n  - {name: n, type: text, date_format: "%F"}\n' ':2:5: only a date'
broken 'columns:\n  - {name: n, type: text, width: 3}\n' ":2:27: unknown key 'width'"
broken 'columns: [\n' ':'
