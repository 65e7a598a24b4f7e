package main

import (
	"context"
	"log"
	"log/slog"
	"os"

	"github.com/lmittmann/tint"
)

func goLog() {
	log.Print("zoo-2")
	log.Printf("zoo-6: %v", errTwo)
	log.Print("zoo-7")
	log.Print(text9)
}

func goLogFlags() {
	log.SetFlags(log.LstdFlags | log.Lmicroseconds | log.LUTC | log.Lmsgprefix | log.Lshortfile)
	log.SetPrefix("app: ")
	goLog()
}

func slogDefault() {
	slog.SetLogLoggerLevel(slog.LevelDebug)
	emitSlog(slog.Default())
}

func slogText() {
	emitSlog(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

func slogJSON() {
	emitSlog(slog.New(slog.NewJSONHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug})))
}

func slogJSONSource() {
	options := &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}
	emitSlog(slog.New(slog.NewJSONHandler(os.Stdout, options)).WithGroup("request").With("id", 7))
}

// slogGoogle renames as Google's documentation tells Cloud Run's users.
func slogGoogle() {
	options := &slog.HandlerOptions{Level: slog.LevelDebug, ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		switch a.Key {
		case slog.LevelKey:
			a.Key = "severity"
		case slog.MessageKey:
			a.Key = "message"
		}
		return a
	}}
	emitSlog(slog.New(slog.NewJSONHandler(os.Stdout, options)))
}

func tintText() {
	emitSlog(slog.New(tint.NewHandler(os.Stdout, &tint.Options{Level: slog.LevelDebug, TimeFormat: "2006-01-02T15:04:05.000Z07:00"})))
}

// emitSlog writes fatal as ERROR+4, as slog's documentation does.
func emitSlog(logger *slog.Logger) {
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warn("zoo-3")
	logger.Error("zoo-4")
	logger.Log(context.Background(), slog.LevelError+4, "zoo-5")
	logger.Error("zoo-6", "err", errTwo)
	logger.Info("zoo-7", "trace_id", trace)
	logger.Info("zoo-8", "ratio", nan, "bytes", large, "user", user, "level", "high", "msg", "again")
	logger.Info(text9)
}
