#!/usr/bin/env bash
# Runs the benchmarks that match a pattern, only in packages whose tests declare one. Benchmark
# lines go to stdout, build noise to stderr. Cases named 1GiB run once.
set -euo pipefail
cd "$(dirname "$0")/.."
pattern=${1:-.}
found=0
for dir in $(grep -rl --include='*_test.go' '^func Benchmark' app offchain proof test x | xargs -n1 dirname | sort -u); do
	names=$(grep -ho '^func Benchmark[A-Za-z0-9_]*' "$dir"/*_test.go | sed 's/^func //')
	echo "$names" | grep -qE "${pattern%%/*}" || continue
	found=1
	echo "bench $dir" >&2
	times=(-benchmem)
	grep -q '"1GiB"' "$dir"/*_test.go && times=(-benchtime 1x)
	go test -run '^$' -bench "$pattern" "${times[@]}" -timeout 60m "./$dir" | grep -E '^(goos|goarch|pkg|cpu|Benchmark|FAIL|---)'
done
test $found = 1 || { echo "no benchmark matches $pattern" >&2; exit 1; }
