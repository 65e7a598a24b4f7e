#!/bin/sh
# log15 v3.0.0-testing.5 (Go): its levels are called dbug, info, warn, eror and crit, all of four letters for a terminal's
# columns, and its JSON format writes the same. Expected by whoever filters on "error": the word. Seen: "eror" and "dbug".
# Exits non-zero if this changes. Needs go.
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
export GOPATH="$folder/go" GOFLAGS=-mod=mod
cat >main.go <<'GO'
package main

import (
	"os"

	log "github.com/inconshreveable/log15/v3"
)

func main() {
	logger := log.New()
	logger.SetHandler(log.StreamHandler(os.Stdout, log.JsonFormat()))
	logger.Error("it broke")
	logger.Debug("how it broke")
}
GO
go mod init example.test/levels >said 2>&1
go get github.com/inconshreveable/log15/v3@v3.0.0-testing.5 >>said 2>&1
seen=$(go run . | sed 's/.*"lvl":"\([a-z]*\)".*/\1/' | tr '\n' ' ')
echo "log15 v3.0.0-testing.5, JsonFormat: Error and Debug"
echo "expected: error debug; seen: $seen"
[ "$seen" = "eror dbug " ]
