#!/usr/bin/env bash
# Regenerates *.pb.go, *.pb.gw.go and docs/openapi/meshd.swagger.json without network:
# every import comes from the Go module cache, every plugin from tool/go.mod.
set -euo pipefail
cd "$(dirname "$0")/.."

export PATH="$PWD/build/tools:$PATH"
dir() { go list -mod=mod -m -f '{{.Dir}}' "$1"; }

# buf reads every file it is given, so only the imported trees are copied.
rm -rf build/proto build/gen build/openapi
mkdir -p build/proto/gogoproto build/proto/google/api build/gen build/openapi
cp -r "$(dir github.com/cosmos/cosmos-sdk)"/proto/{cosmos,amino,tendermint} build/proto/
cp -r "$(dir github.com/cosmos/cosmos-proto)"/proto/cosmos_proto build/proto/
cp "$(dir github.com/cosmos/gogoproto)"/gogoproto/gogo.proto build/proto/gogoproto/
cp "$(dir github.com/grpc-ecosystem/grpc-gateway)"/third_party/googleapis/google/api/{annotations,http,httpbody}.proto build/proto/google/api/
chmod -R u+w build/proto

buf format -w proto
buf lint proto
buf generate proto --template buf.gen.yaml

# openapiv2 fails on files without a service, so it is handed service files only.
services=()
for f in $(grep -rl '^service ' proto --include='*.proto' | sort); do services+=(--path "$f"); done
buf generate proto --template buf.gen.openapi.yaml "${services[@]}"

mkdir -p x offchain
find x offchain \( -name "*.pb.go" -o -name "*.pb.gw.go" \) -delete
cp -r build/gen/github.com/mesh-protocol/mesh/. .
mkdir -p docs/openapi
cp build/openapi/meshd.swagger.json docs/openapi/
