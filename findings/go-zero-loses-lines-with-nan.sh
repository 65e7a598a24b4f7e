#!/bin/sh
# go-zero's logx loses a whole line whose fields have a NaN: its JSON encoder refuses the value, and instead of the line a stack trace goes
# to stderr by the log package, without the message. slog, zap, zerolog and logrus's text keep the line and write a text for the value.
# github.com/zeromicro/go-zero 1.10.3. Expected: the line, whatever stands for the value; seen: nothing of it on either stream.
set -eu
command -v go >/dev/null || { echo "needs Go" >&2; exit 1; }
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat >main.go <<'GO'
package main

import (
	"log/slog"
	"math"
	"os"

	"github.com/zeromicro/go-zero/core/logx"
)

func main() {
	slog.New(slog.NewJSONHandler(os.Stdout, nil)).Error("payment failed", "ratio", math.NaN())
	logx.MustSetup(logx.LogConf{Encoding: "json"})
	logx.DisableStat()
	logx.Errorw("payment lost", logx.Field("ratio", math.NaN()))
}
GO
export GOFLAGS=-mod=mod
go mod init app 2>/dev/null
go get github.com/zeromicro/go-zero@v1.10.3 2>/dev/null
go mod tidy 2>/dev/null
go build -o app .
./app >out.txt 2>&1
echo "go-zero 1.10.3: expected: two lines; seen: slog's $(grep -c 'payment failed' out.txt), logx's $(grep -c 'payment lost' out.txt || true)," \
    "and on stderr: $(grep -o 'err: json.*' out.txt)"
grep -q 'payment failed' out.txt && ! grep -q 'payment lost' out.txt
