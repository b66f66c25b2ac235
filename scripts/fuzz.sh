#!/usr/bin/env bash
# Fuzzes every target that matches a pattern for some seconds each, and says how many ran.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-10} pattern=${2:-.} ran=0
while IFS=: read -r file name; do
	echo "$name" | grep -qE "$pattern" || continue
	echo "fuzz $name in $(dirname "$file")"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "${seconds}s" -fuzzminimizetime 1s "./$(dirname "$file")"
	ran=$((ran + 1))
done < <(grep -rno --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' app cmd offchain proof test x | sed -E 's/:[0-9]+:func /:/' | sort)
test $ran -gt 0 || { echo "no fuzz target matches $pattern" >&2; exit 1; }
echo "fuzz targets: $ran, ${seconds}s each"
