#!/bin/sh
# apex/log's logfmt handler leaves out, without a word, a field that is a map, a slice or a struct; its text and JSON handlers write the
# same field. The line looks whole: the error of the encoder is dropped, and the line goes on with the next field.
# github.com/apex/log 1.9.0. Expected: some text for the field, or an error from HandleLog.
set -eu
command -v go >/dev/null || { echo "needs Go" >&2; exit 1; }
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"

	"github.com/apex/log"
	"github.com/apex/log/handlers/json"
	"github.com/apex/log/handlers/logfmt"
)

func main() {
	var plain, object bytes.Buffer
	fields := log.Fields{"user": map[string]int{"id": 7}, "tags": []string{"a"}, "n": 1}
	var failed error
	handler := logfmt.New(&plain)
	write := log.HandlerFunc(func(entry *log.Entry) error { failed = handler.HandleLog(entry); return failed })
	for _, each := range []log.Handler{json.New(&object), write} {
		logger := &log.Logger{Handler: each}
		logger.WithFields(fields).Info("message")
	}
	fmt.Printf("json: %slogfmt: %serror: %v\n", object.String(), plain.String(), failed)
	lost := !strings.Contains(plain.String(), "user") && !strings.Contains(plain.String(), "tags")
	if !lost || failed != nil || !strings.Contains(plain.String(), "n=1") || !strings.Contains(object.String(), "user") {
		os.Exit(1)
	}
}
GO
export GOFLAGS=-mod=mod
go mod init app 2>/dev/null
go get github.com/apex/log@v1.9.0 2>/dev/null
go build -o app . 2>/dev/null || { go mod tidy 2>/dev/null; go build -o app .; }
echo "apex/log 1.9.0: fields user, tags and n; expected: three fields or an error; seen:"
./app
