package main

import (
	"context"
	"os"

	apex "github.com/apex/log"
	apexjson "github.com/apex/log/handlers/json"
	apexlogfmt "github.com/apex/log/handlers/logfmt"
	apextext "github.com/apex/log/handlers/text"
	"github.com/phuslu/log"
	"github.com/rs/zerolog"
	"github.com/sirupsen/logrus"
	"github.com/zeromicro/go-zero/core/logx"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

func zapProduction() {
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zap.DebugLevel)
	emitZap(config)
}

func zapDevelopment() {
	emitZap(zap.NewDevelopmentConfig())
}

func zapConsole() {
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zap.DebugLevel)
	config.Encoding = "console"
	config.EncoderConfig.EncodeTime = zapcore.ISO8601TimeEncoder
	emitZap(config)
}

func zapISO() {
	config := zap.NewProductionConfig()
	config.Level = zap.NewAtomicLevelAt(zap.DebugLevel)
	config.EncoderConfig.TimeKey = "timestamp"
	config.EncoderConfig.EncodeTime = zapcore.ISO8601TimeEncoder
	config.EncoderConfig.EncodeLevel = zapcore.CapitalColorLevelEncoder
	emitZap(config)
}

func emitZap(config zap.Config) {
	config.Sampling = nil
	config.Development = false // its DPANIC is no panic
	logger := zap.Must(config.Build())
	defer logger.Sync()
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warn("zoo-3")
	logger.Error("zoo-4")
	logger.DPanic("zoo-5")
	logger.Error("zoo-6", zap.Error(errTwo))
	logger.Info("zoo-7", zap.String("trace_id", trace))
	logger.Info("zoo-8", zap.Float64("ratio", nan), zap.Any("bytes", large), zap.Any("user", user), zap.String("level", "high"))
	logger.Info(text9)
}

func zerologJSON() {
	emitZerolog(zerolog.New(os.Stdout).With().Timestamp().Logger())
}

func zerologUnixMilli() {
	zerolog.TimeFieldFormat = zerolog.TimeFormatUnixMs
	zerologJSON()
}

func zerologConsole() {
	out := zerolog.ConsoleWriter{Out: os.Stdout, NoColor: true, TimeFormat: "2006-01-02T15:04:05Z07:00"}
	emitZerolog(zerolog.New(out).With().Timestamp().Logger())
}

func emitZerolog(logger zerolog.Logger) {
	logger.Debug().Msg("zoo-1")
	logger.Info().Msg("zoo-2")
	logger.Warn().Msg("zoo-3")
	logger.Error().Msg("zoo-4")
	logger.WithLevel(zerolog.FatalLevel).Msg("zoo-5")
	logger.Error().Err(errTwo).Msg("zoo-6")
	logger.Info().Str("trace_id", trace).Msg("zoo-7")
	logger.Info().Float64("ratio", nan).Any("bytes", large).Any("user", user).Str("level", "high").Msg("zoo-8")
	logger.Info().Msg(text9)
}

func logrusText() {
	emitLogrus(&logrus.TextFormatter{})
}

func logrusJSON() {
	emitLogrus(&logrus.JSONFormatter{})
}

func emitLogrus(formatter logrus.Formatter) {
	logger := logrus.New()
	logger.SetLevel(logrus.DebugLevel)
	logger.SetFormatter(formatter)
	logger.ExitFunc = func(int) {}
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warn("zoo-3")
	logger.Error("zoo-4")
	logger.Fatal("zoo-5")
	logger.WithError(errTwo).Error("zoo-6")
	logger.WithField("trace_id", trace).Info("zoo-7")
	logger.WithFields(logrus.Fields{"bytes": large, "user": user, "level": "high"}).Info("zoo-8")
	logger.Info(text9)
}

func apexText()   { emitApex(apextext.New(os.Stdout)) }
func apexJSON()   { emitApex(apexjson.New(os.Stdout)) }
func apexLogfmt() { emitApex(apexlogfmt.New(os.Stdout)) }

func emitApex(handler apex.Handler) {
	logger := &apex.Logger{Handler: handler, Level: apex.DebugLevel}
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warn("zoo-3")
	logger.Error("zoo-4")
	logger.WithError(errTwo).Error("zoo-6")
	logger.WithField("trace_id", trace).Info("zoo-7")
	logger.WithFields(apex.Fields{"bytes": large, "user": user}).Info("zoo-8")
	logger.Info(text9)
}

func phusluJSON() {
	logger := log.Logger{Level: log.DebugLevel, Writer: &log.IOWriter{Writer: os.Stdout}}
	logger.Debug().Msg("zoo-1")
	logger.Info().Msg("zoo-2")
	logger.Warn().Msg("zoo-3")
	logger.Error().Msg("zoo-4")
	logger.Error().Err(errTwo).Msg("zoo-6")
	logger.Info().Str("trace_id", trace).Msg("zoo-7")
	logger.Info().Float64("ratio", nan).Any("bytes", large).Any("user", user).Str("level", "high").Msg("zoo-8")
	logger.Info().Msg(text9)
}

func goZeroJSON() {
	logx.MustSetup(logx.LogConf{ServiceName: "app", Encoding: "json", Level: "debug"})
	logx.DisableStat()
	logger := logx.WithContext(context.Background())
	logger.Debugw("zoo-1")
	logger.Infow("zoo-2")
	logger.Errorw("zoo-4")
	logger.Errorw("zoo-6", logx.Field("error", errTwo))
	logger.Infow("zoo-7", logx.Field("trace", trace))
	logger.Infow("zoo-8", logx.Field("bytes", large), logx.Field("user", user))
	logger.Infow(text9)
}
