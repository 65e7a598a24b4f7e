#!/bin/sh
# k8s.io/klog/v2 2.140.0 with -log_dir: file names hold the time in whole seconds. A second rotation within one second
# gets the same name, and the file is opened with O_TRUNC: what the first one just wrote is gone, silently.
# Expected: each line is in some file (another name, or appended, as it does at its start). Seen: one file, the last part.
set -eu
command -v go >/dev/null || { echo "needs go" >&2; exit 1; }
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
mkdir logs
cat >main.go <<'GO'
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"k8s.io/klog/v2"
)

const lines = 3000

func main() {
	flags := flag.NewFlagSet("klog", flag.ExitOnError)
	klog.InitFlags(flags)
	flags.Parse([]string{"-logtostderr=false", "-log_dir=logs", "-stderrthreshold=FATAL"})
	klog.MaxSize = 100_000
	time.Sleep(time.Until(time.Now().Truncate(time.Second).Add(time.Second)))
	for n := 0; n < lines; n++ {
		klog.Infof("line %d. %s", n, strings.Repeat("x", 100))
	}
	klog.Flush()
	files, _ := filepath.Glob("logs/*.INFO.*")
	found := map[string]bool{}
	for _, name := range files {
		text, _ := os.ReadFile(name)
		for _, match := range regexp.MustCompile(`line (\d+)\.`).FindAllStringSubmatch(string(text), -1) {
			found[match[1]] = true
		}
	}
	fmt.Printf("klog v2.140.0: %d lines written with a limit of 100 kB a file, %d files\n", lines, len(files))
	fmt.Printf("expected: 0 missing; seen: %d missing\n", lines-len(found))
	if len(found) == lines {
		os.Exit(1)
	}
}
GO
export GOFLAGS=-mod=mod
go mod init finding >/dev/null 2>&1
go get k8s.io/klog/v2@v2.140.0 >/dev/null 2>&1
go build -o finding .
./finding
