#!/usr/bin/env bash
# What takes hours: many random cases, long fuzzing, kills, mutants, the race detector over nearly everything. A step that
# has passed at this commit is not run again, so that a run that was stopped goes on where it was; one that fails does
# not keep the others from running. Prints the time of each step last.
set -uo pipefail
cd "$(dirname "$0")/.."
export GOFLAGS="-trimpath -buildvcs=false"
checks=${CHECKS:-2000} seconds=${SECONDS_A_TARGET:-120} kills=${KILLS:-50} seed=${MESH_SEED:-1}
test -z "$(git status --porcelain)" || { echo "commit first: what has passed is kept by commit" >&2; exit 1; }
passed=build/long/$(git rev-parse HEAD)
mkdir -p "$passed"
trap 'exit 130' INT TERM # else the next step would begin
summary="" failed=0

# Runs a command unless it has passed under that name, which therefore says how much of it there is.
step() {
	local name=$1 file=$passed/${1//[\/ ]/_} started=$SECONDS
	shift
	if [ ! -e "$file" ]; then
		echo "== $name"
		if "$@"; then
			echo "$((SECONDS - started))s" >"$file"
		else
			summary+=$(printf '%8s  %s' FAILED "$name")$'\n' failed=$((failed + 1))
			return
		fi
	fi
	summary+=$(printf '%8s  %s' "$(cat "$file")" "$name")$'\n'
}

# A day, since a property ends early, and passes, when the time of its test does.
cases() { MESH_CHECKS=$checks MESH_SEED=$seed go test -count=1 -timeout 24h "./$1"; }

simulate() { MESH_OPERATIONS=$1 MESH_SEED=$2 go test -count=1 -timeout 24h ./test/devnet -run "^$3\$"; }

race() {
	local packages
	packages=$(go list ./...) || return
	# Of these two, one has binaries to drive and the other time to measure.
	go test -race -count=1 -timeout 4h $(echo "$packages" | grep -v -e /test/e2e -e /test/bench)
}

for dir in $(grep -rlE --include='*_test.go' --exclude-dir=seeded 'seeded\.(Property|Checks)\(' app cmd offchain proof test x | xargs -n1 dirname | sort -u); do
	step "$dir, $checks cases of seed $seed" cases "$dir"
done
for target in $(grep -rhoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' app cmd offchain proof test x | sed 's/^func //' | sort -u); do
	step "$target, $seconds seconds" bash scripts/fuzz.sh "$seconds" "^$target\$"
done
# A million operations: 50 chains of 20,000 each, whose seeds follow each other.
for part in {0..9}; do
	step "simulation, 100000 operations from seed $((seed + 5 * part))" simulate 100000 $((seed + 5 * part)) TestSimulation
done
step "20000 operations on every kind of node" simulate 20000 "$seed" TestSimulationIsTheSame
step "crash, $kills kills" make --no-print-directory crash KILLS="$kills"
step mutants make --no-print-directory mutants NAME=.
step "race detector" race
printf '%s' "$summary"
test $failed = 0 || { echo "== $failed steps FAILED"; exit 1; }
echo "== all steps passed"
