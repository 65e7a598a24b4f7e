#!/bin/sh
# A warning of klog (klog.Warning, Warningf, WarningDepth) is a "W" line in its text format. With the JSON format of Kubernetes'
# components (--logging-format=json) the same call writes "v":0 like klog.Info: nothing in the line says that it was a warning.
# k8s.io/component-base 0.37.2, klog 2.140.0. Expected: some sign of the severity; an error has one (no "v").
set -eu
command -v go >/dev/null || { echo "needs Go" >&2; exit 1; }
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
cd "$folder"
cat >main.go <<'GO'
package main

import (
	"os"

	logsjson "k8s.io/component-base/logs/json"
	"k8s.io/klog/v2"
)

func main() {
	if len(os.Args) > 1 {
		logger, control := logsjson.NewJSONLogger(0, logsjson.AddNopSync(os.Stdout), nil, nil)
		klog.SetLoggerWithOptions(logger, klog.FlushLogger(control.Flush))
	}
	klog.Info("message")
	klog.Warning("message")
	klog.Error("message")
	klog.Flush()
}
GO
export GOFLAGS=-mod=mod
go mod init app 2>/dev/null
go get k8s.io/component-base@v0.37.2 k8s.io/klog/v2@v2.140.0 2>/dev/null
go build -o app .
heads=$(./app 2>&1 | cut -c1 | tr -d '\n')
json=$(./app json | sed 's/"ts":[0-9.]*,//; s/"caller":"[^"]*",//')
info=$(echo "$json" | sed -n 1p)
warning=$(echo "$json" | sed -n 2p)
error=$(echo "$json" | sed -n 3p)
echo "klog 2.140.0, component-base 0.37.2; text begins with $heads; in JSON, without time and caller:"
echo "info $info, warning $warning, error $error"
echo "expected: three different lines; seen: the warning is the info"
[ "$heads" = IWE ] && [ "$info" = "$warning" ] && [ "$warning" != "$error" ]
