#!/usr/bin/env bash
# Every example of mlprep(1) runs as it is printed and exits with 0, in a
# folder that has the files they name.
# shellcheck source=lib.sh
source "$(dirname "$0")/lib.sh"

mapfile -t examples < <(sed -n 's/^\.Dl \(mlprep .*\)/\1/p' "$MLB_SRC/man/mlprep.1" |
  sed -e 's/\\(dq/"/g' -e 's/\\&//g' -e 's/\\e/\\/g')
((${#examples[@]} >= 10)) || fail "only ${#examples[@]} examples in the man page"

cd "$T"
printf '%s\n' "${examples[@]}" >examples
cp "$MLB_SRC/jobspecs/data/penguins.csv" .
printf 'iban;amount;when\nDE02;1.5;05/03/2022\nDE03;2.5;06/03/2022\n' >bank.csv
printf 'when,n\n05/03/2022 10:00,1\n06/03/2022 11:30,2\n' >log.csv
printf 'a,b\nx\\,y,1\n' >dump.csv
printf '# of 2022\nt,v\n1,20.5\n# moved\n2,21\n' >sensor.csv
printf 'Export\n2022\n\na,b\n1,2\n' >export.csv
printf 'a,b\n1,2\n3\n' >short.csv
printf '1,2\n3,4\n' >numbers.csv
printf 'name,n\nJos\xe9,1\n' >old.csv
mlprep -q penguins.csv -o old.h5
cp old.h5 new.h5

for example in "${examples[@]}"; do
  status=0
  bash -o pipefail -c "$example" >out 2>err || status=$?
  # Its reader goes away early.
  [[ $example != *'| head' || $status -ne 141 ]] || status=0
  expect 0 "$status" "exit code of '$example': $(cat err)"
done

# Every option of the program is explained, and every verb has an example.
for verb in convert inspect stats head cat records matrix verify diff; do
  mlprep "$verb" --help >help
  while read -r option; do
    grep -qF -- "-${option#--}" "$MLB_SRC/man/mlprep.1" ||
      fail "mlprep(1) does not explain $option of $verb"
    grep -qF -- "$option" examples ||
      fail "no example of mlprep(1) shows $option of $verb"
  done < <(grep -oE -- '--[a-z][a-z-]+' help | grep -vx -- --help | sort -u)
  [[ $verb == convert ]] || grep -q "^mlprep $verb " examples ||
    fail "mlprep(1) has no example of $verb"
done
