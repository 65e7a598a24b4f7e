package main

import (
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/cihub/seelog"
	"github.com/go-logr/stdr"
	"github.com/inconshreveable/log15/v3"
	"github.com/juju/loggo"
	"github.com/kataras/golog"
	"github.com/op/go-logging"
	console "github.com/phsym/console-slog"
	"github.com/rs/zerolog"
	"github.com/sirupsen/logrus"
	jww "github.com/spf13/jwalterweatherman"
	"go.uber.org/zap"
)

func seelogDefault() { emitSeelog(seelog.Default) }

func seelogFormat() {
	logger, err := seelog.LoggerFromConfigAsString(`<seelog><outputs formatid="app"><console/></outputs>` +
		`<formats><format id="app" format="%Date/%Time [%LEV] %Msg%n"/></formats></seelog>`)
	if err != nil {
		panic(err)
	}
	emitSeelog(logger)
}

func emitSeelog(logger seelog.LoggerInterface) {
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warn("zoo-3")
	logger.Error("zoo-4")
	logger.Critical("zoo-5")
	logger.Errorf("zoo-6: %v", errTwo)
	logger.Info("zoo-7")
	logger.Info(text9)
	logger.Flush()
}

// goLoggingColours has the format of its README.
func goLoggingColours() {
	emitGoLogging("%{color}%{time:15:04:05.000} %{shortfunc} \u25b6 %{level:.4s} %{id:03x}%{color:reset} %{message}")
}

// goLoggingFabric has the format of Hyperledger Fabric 1.
func goLoggingFabric() {
	emitGoLogging("%{time:2006-01-02 15:04:05.000 MST} [%{module}] %{shortfunc} -> %{level:.4s} %{id:03x} %{message}")
}

func emitGoLogging(format string) {
	logging.SetFormatter(logging.MustStringFormatter(format))
	logging.SetBackend(logging.NewLogBackend(os.Stdout, "", 0))
	logger := logging.MustGetLogger("app")
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warning("zoo-3")
	logger.Error("zoo-4")
	logger.Critical("zoo-5")
	logger.Errorf("zoo-6: %v", errTwo)
	logger.Info("zoo-7")
	logger.Info(text9)
}

func gologText() {
	logger := golog.New().SetOutput(os.Stdout).SetLevel("debug")
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warn("zoo-3")
	logger.Error("zoo-4")
	logger.Errorf("zoo-6: %v", errTwo)
	logger.Info("zoo-7")
	logger.Info(text9)
}

func logrText() {
	stdr.SetVerbosity(1)
	logger := stdr.New(log.New(os.Stdout, "", log.LstdFlags|log.Lmicroseconds|log.LUTC|log.Lshortfile))
	logger.V(1).Info("zoo-1")
	logger.Info("zoo-2")
	logger.Error(nil, "zoo-4")
	logger.Error(errTwo, "zoo-6")
	logger.Info("zoo-7", "trace_id", trace)
	logger.Info("zoo-8", "ratio", nan, "bytes", large, "user", user)
	logger.Info(text9)
}

func logrusColours() {
	emitLogrus(&logrus.TextFormatter{ForceColors: true, FullTimestamp: true, TimestampFormat: "15:04:05.000"})
}

func logrusUntimed() {
	emitLogrus(&logrus.TextFormatter{ForceColors: true, DisableTimestamp: true})
}

func log15Terminal() { emitLog15(log15.TerminalFormat()) }

func loggoText() {
	loggo.ReplaceDefaultWriter(loggo.NewSimpleWriter(os.Stdout, loggo.DefaultFormatter))
	loggo.ConfigureLoggers("<root>=DEBUG")
	logger := loggo.GetLogger("app.db")
	logger.Debugf("zoo-1")
	logger.Infof("zoo-2")
	logger.Warningf("zoo-3")
	logger.Errorf("zoo-4")
	logger.Criticalf("zoo-5")
	logger.Errorf("zoo-6: %v", errTwo)
	logger.Infof("zoo-7")
	logger.Infof(text9)
}

func jwwText() {
	pad := jww.NewNotepad(jww.LevelDebug, jww.LevelFatal, os.Stdout, nil, "app", log.LstdFlags)
	pad.DEBUG.Print("zoo-1")
	pad.INFO.Print("zoo-2")
	pad.WARN.Print("zoo-3")
	pad.ERROR.Print("zoo-4")
	pad.CRITICAL.Print("zoo-5")
	pad.ERROR.Printf("zoo-6: %v", errTwo)
	pad.INFO.Print("zoo-7")
	pad.INFO.Print(text9)
}

func slogConsole() {
	emitSlog(slog.New(console.NewHandler(os.Stdout, &console.HandlerOptions{Level: slog.LevelDebug})))
}

func zerologRFC822() {
	out := zerolog.ConsoleWriter{Out: os.Stdout, NoColor: true, TimeFormat: time.RFC822Z}
	emitZerolog(zerolog.New(out).With().Timestamp().Logger())
}

// zapEpoch is the production form as text: what is left out there is how to write a time.
func zapEpoch() {
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zap.DebugLevel)
	config.Encoding = "console"
	emitZap(config)
}
