#!/usr/bin/env bash
# What a new machine sees: a clean clone, an empty home and empty caches, and a PATH of Go, Node
# and the system only. The module proxy's settings are all that is handed on.
set -euo pipefail
cd "$(dirname "$0")/.."
dir=$(mktemp -d)
trap 'chmod -R u+w "$dir" 2>/dev/null; rm -rf "$dir"' EXIT
git clone -q . "$dir/mesh"
go=$(dirname "$(command -v go)")
cd "$dir/mesh"
env -i HOME="$dir/home" PATH="$go:/usr/local/bin:/usr/bin:/bin" LANG=C.UTF-8 \
	GOPROXY="$(go env GOPROXY)" GOSUMDB="$(go env GOSUMDB)" \
	bash -c 'mkdir -p "$HOME"; make --no-print-directory test demo'
echo "a new machine builds, passes the tests and runs the demo"
