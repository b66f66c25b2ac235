#!/usr/bin/env bash
# What cheaters gain, on a whole chain in one process: one JSON line each. Exits non-zero if one of them gains.
set -euo pipefail
cd "$(dirname "$0")/.."
export GOFLAGS="-trimpath -buildvcs=false"
name=${1:-}
[ "$name" = . ] && name=""
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! MESH_ADVERSARY=$name go test -count=1 -timeout 20m -v ./test/devnet -run '^TestAdversary$' >"$log" 2>&1; then
	cat "$log" >&2
	exit 1
fi
grep '^{' "$log"
