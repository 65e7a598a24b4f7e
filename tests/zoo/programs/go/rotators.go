package main

import (
	"flag"
	"path/filepath"
	"time"

	"github.com/DeRuina/timberjack"
	"github.com/docker/docker/daemon/logger/loggerutils"
	rotatelogs "github.com/lestrrat-go/file-rotatelogs"
	phuslu "github.com/phuslu/log"
	"github.com/zeromicro/go-zero/core/logx"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"gopkg.in/natefinch/lumberjack.v2"
	"k8s.io/klog/v2"
)

type rotatable interface {
	Write([]byte) (int, error)
	Rotate() error
	Close() error
}

// bySize rotates by the rotator's own Rotate: its own limit is in whole megabytes.
func bySize(w rotatable, limit int64) Rotator {
	var size int64
	write := func(line []byte) error {
		if size += int64(len(line)); size > limit {
			size = int64(len(line))
			must(w.Rotate())
		}
		_, err := w.Write(line)
		return err
	}
	return Rotator{write, w.Close}
}

// settling waits at the end until all but app.log is packed: the library packs on its own and cannot be waited for.
func settling(rotator Rotator, job Job) Rotator {
	return Rotator{rotator.write, func() error {
		err := rotator.close()
		for plain := []string{"", ""}; len(plain) > 1; time.Sleep(50 * time.Millisecond) {
			plain, _ = filepath.Glob(job.path("app*.log"))
		}
		return err
	}}
}

func lumberjackPlain(job Job) Rotator {
	return bySize(&lumberjack.Logger{Filename: job.path("app.log"), MaxSize: 100}, job.rotateBytes)
}

func lumberjackGzip(job Job) Rotator {
	w := &lumberjack.Logger{Filename: job.path("app.log"), MaxSize: 100, Compress: true}
	return settling(bySize(w, job.rotateBytes), job)
}

func zapBuffered(job Job) Rotator {
	w := &lumberjack.Logger{Filename: job.path("app.log"), MaxSize: 100}
	buffer := &zapcore.BufferedWriteSyncer{WS: zapcore.AddSync(writer(bySize(w, job.rotateBytes).write))}
	encoder := zapcore.NewConsoleEncoder(zapcore.EncoderConfig{MessageKey: "m", LineEnding: "\n"})
	logger := zap.New(zapcore.NewCore(encoder, buffer, zap.InfoLevel))
	return Rotator{
		func(line []byte) error { logger.Info(string(line[:len(line)-1])); return nil },
		func() error { must(buffer.Stop()); return w.Close() },
	}
}

type writer func([]byte) error

func (w writer) Write(line []byte) (int, error) { return len(line), w(line) }

func timberjackGzip(job Job) Rotator {
	return bySize(&timberjack.Logger{Filename: job.path("app.log"), Compression: "gzip"}, job.rotateBytes)
}

func timberjackZstd(job Job) Rotator {
	return bySize(&timberjack.Logger{Filename: job.path("app.log"), Compression: "zstd"}, job.rotateBytes)
}

func timberjackAfterExt(job Job) Rotator {
	return bySize(&timberjack.Logger{Filename: job.path("app.log"), AppendTimeAfterExt: true}, job.rotateBytes)
}

func fileRotatelogs(job Job) Rotator {
	w, err := rotatelogs.New(
		job.path("app.%Y%m%d%H%M.log"), rotatelogs.WithLinkName(job.path("app.log")),
		rotatelogs.WithRotationTime(time.Minute), rotatelogs.WithRotationSize(job.rotateBytes),
	)
	must(err)
	return to(w)
}

// pausing stands still for over a second in the middle of each file, so that no two rotations come in one second.
func pausing(rotator Rotator, limit int64) Rotator {
	size := limit / 2
	return Rotator{func(line []byte) error {
		if size += int64(len(line)); size > limit {
			size = 0
			time.Sleep(1100 * time.Millisecond)
		}
		return rotator.write(line)
	}, rotator.close}
}

func klogLogDir(job Job) Rotator { return pausing(klogSameSecond(job), job.rotateBytes) }

func klogSameSecond(job Job) Rotator {
	flags := flag.NewFlagSet("klog", flag.ExitOnError)
	klog.InitFlags(flags)
	must(flags.Parse([]string{"-logtostderr=false", "-log_dir=" + job.folder, "-skip_headers", "-stderrthreshold=FATAL"}))
	klog.MaxSize = uint64(job.rotateBytes)
	return Rotator{
		func(line []byte) error { klog.InfoDepth(0, string(line[:len(line)-1])); return nil },
		func() error { klog.Flush(); return nil },
	}
}

func docker(job Job, compress bool) Rotator {
	file, err := loggerutils.NewLogFile(job.path("app-json.log"), job.rotateBytes, 100, compress, nil, 0o640, nil)
	must(err)
	return Rotator{func(line []byte) error { return file.WriteLogEntry(time.Now(), line) }, file.Close}
}

func dockerPlain(job Job) Rotator { return docker(job, false) }

func dockerGzip(job Job) Rotator { return docker(job, true) }

// bySizeRule is logx's own rule, except that its limit is in bytes and not in megabytes.
type bySizeRule struct {
	logx.RotateRule
	limit int64
}

func (r bySizeRule) ShallRotate(size int64) bool { return size > r.limit }

func goZeroGzip(job Job) Rotator { return pausing(goZeroSameSecond(job), job.rotateBytes) }

func goZeroSameSecond(job Job) Rotator {
	logx.Disable()
	rule := logx.NewSizeLimitRotateRule(job.path("app.log"), "-", 0, 1, 100, true)
	w, err := logx.NewLogger(job.path("app.log"), bySizeRule{rule, job.rotateBytes}, true)
	must(err)
	return settling(to(w), job)
}

func phusluLink(job Job) Rotator {
	return to(&phuslu.FileWriter{Filename: job.path("app.log"), MaxSize: job.rotateBytes, MaxBackups: 100})
}
