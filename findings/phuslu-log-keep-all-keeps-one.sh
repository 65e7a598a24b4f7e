#!/bin/sh
# github.com/phuslu/log 1.0.121: FileWriter.MaxBackups is documented as "The default is to retain all old log files" (and
# "all of them if MaxBackups is 0"). With 0, each rotation removes every old file.
# Expected: ten old files after ten rotations, and the live one. Seen: the live one.
set -eu
command -v go >/dev/null || { echo "needs go" >&2; exit 1; }
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
mkdir logs
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/phuslu/log"
)

func main() {
	w := &log.FileWriter{Filename: "logs/app.log", MaxSize: 1000, TimeFormat: log.TimeFormatUnixMs}
	for i := 0; i < 10; i++ {
		fmt.Fprintln(w, strings.Repeat("x", 1100))
		time.Sleep(100 * time.Millisecond)
	}
	w.Close()
	fmt.Println("phuslu/log v1.0.121, MaxBackups 0, 10 rotations")
	fmt.Printf("expected: 10 old files and the live one; seen: %d in all\n", len(files()))
	if len(files()) > 1 {
		os.Exit(1)
	}
}

func files() []string {
	names, _ := filepath.Glob("logs/app.*.log")
	return names
}
GO
export GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
go get github.com/phuslu/log@v1.0.121 >/dev/null 2>&1
go build -o finding .
./finding
