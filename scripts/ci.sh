#!/usr/bin/env bash
# The stages of continuous integration, cheapest first, so that a broken tree fails within minutes.
# Prints the time of each stage last; stops at the first that fails.
set -uo pipefail
cd "$(dirname "$0")/.."
export GOFLAGS="-trimpath -buildvcs=false"

summary=""
stage() {
	local name=$1 started=$SECONDS
	shift
	echo "== $name"
	if ! "$@"; then
		printf '%s== %s FAILED after %ds\n' "$summary" "$name" $((SECONDS - started))
		exit 1
	fi
	summary+=$(printf '%6ds  %s' $((SECONDS - started)) "$name")$'\n'
}

proto_drift() {
	make --no-print-directory proto
	if [ -n "$(git status --porcelain -- proto x offchain docs/openapi)" ]; then
		git status --short -- proto x offchain docs/openapi
		echo "generated code differs from what is committed: run make proto and commit"
		return 1
	fi
}

stage architecture go test ./test/arch
stage modules go mod verify
stage build make --no-print-directory build
stage test make --no-print-directory test
stage e2e make --no-print-directory e2e
stage demo make --no-print-directory demo
stage race make --no-print-directory race
stage proto proto_drift
stage lint make --no-print-directory lint
printf '%s' "$summary"
echo "== all stages passed in ${SECONDS}s"
