// Program loggers logs the zoo's events by the Go logger that is named: loggers zap-production
package main

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"os"
)

const (
	trace = "4bf92f3577b34da6a3ce929d0e0e4736"
	text9 = "zoo-9 of\n\nthree lines"
)

var (
	errTwo = fmt.Errorf("it went wrong\nin two lines: %w", errors.New("the cause"))
	nan    = math.NaN()
	large  = new(big.Int).Exp(big.NewInt(2), big.NewInt(70), nil)
	user   = map[string]any{"id": 7, "tags": []string{"a", "b"}}
)

var programs = map[string]func(){
	"go-log":             goLog,
	"go-log-flags":       goLogFlags,
	"slog-default":       slogDefault,
	"slog-text":          slogText,
	"slog-json":          slogJSON,
	"slog-json-source":   slogJSONSource,
	"slog-google":        slogGoogle,
	"tint":               tintText,
	"zap-production":     zapProduction,
	"zap-development":    zapDevelopment,
	"zap-console":        zapConsole,
	"zap-iso-colours":    zapISO,
	"zerolog-json":       zerologJSON,
	"zerolog-unix-ms":    zerologUnixMilli,
	"zerolog-console":    zerologConsole,
	"logrus-text":        logrusText,
	"logrus-json":        logrusJSON,
	"klog-text":          klogText,
	"klog-json":          klogJSON,
	"glog":               glogText,
	"hclog-text":         hclogText,
	"hclog-json":         hclogJSON,
	"charmbracelet-text": charmText,
	"charmbracelet-json": charmJSON,
	"charmbracelet-kv":   charmLogfmt,
	"apex-text":          apexText,
	"apex-json":          apexJSON,
	"apex-logfmt":        apexLogfmt,
	"go-kit-logfmt":      goKitLogfmt,
	"go-kit-json":        goKitJSON,
	"log15-logfmt":       log15Logfmt,
	"log15-json":         log15JSON,
	"phuslu-json":        phusluJSON,
	"go-zero-json":       goZeroJSON,
	"gin":                ginAccess,
	"echo-json":          echoJSON,
	"seelog":             seelogDefault,
	"seelog-format":      seelogFormat,
	"go-logging":         goLoggingColours,
	"go-logging-fabric":  goLoggingFabric,
	"golog":              gologText,
	"logr-stdr":          logrText,
	"logrus-colours":     logrusColours,
	"logrus-untimed":     logrusUntimed,
	"log15-terminal":     log15Terminal,
	"loggo":              loggoText,
	"jwalterweatherman":  jwwText,
	"slog-console":       slogConsole,
	"zerolog-rfc822":     zerologRFC822,
	"zap-epoch":          zapEpoch,
}

func main() {
	programs[os.Args[1]]()
}
