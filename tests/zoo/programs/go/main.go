// Writes numbered lines through a real rotator: writer ROTATOR FOLDER FIRST LINES RATE ROTATE_BYTES.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
	"time"
)

// Job is what the command line asks for.
type Job struct {
	folder             string
	first, lines, rate int
	rotateBytes        int64
}

func (j Job) path(name string) string { return j.folder + "/" + name }

// Rotator is the real logger: write takes a line with its line feed; close ends all background work.
type Rotator struct {
	write func([]byte) error
	close func() error
}

func to(w io.WriteCloser) Rotator {
	return Rotator{func(line []byte) error { _, err := w.Write(line); return err }, w.Close}
}

var rotators = map[string]func(Job) Rotator{
	"lumberjack-plain":     lumberjackPlain,
	"lumberjack-gzip":      lumberjackGzip,
	"zap-buffered":         zapBuffered,
	"timberjack-gzip":      timberjackGzip,
	"timberjack-zstd":      timberjackZstd,
	"timberjack-after-ext": timberjackAfterExt,
	"file-rotatelogs-link": fileRotatelogs,
	"klog-log-dir":         klogLogDir,
	"klog-same-second":     klogSameSecond,
	"docker-json-plain":    dockerPlain,
	"docker-json-gzip":     dockerGzip,
	"go-zero-gzip":         goZeroGzip,
	"go-zero-same-second":  goZeroSameSecond,
	"phuslu-link":          phusluLink,
}

func line(n int) []byte {
	head := fmt.Sprintf(`{"n": %d, "pad": "`, n)
	return []byte(head + strings.Repeat("x", 117-len(head)) + "\"}\n")
}

func run(job Job, rotator Rotator) error {
	start := time.Now()
	for i := 0; i < job.lines; i++ {
		for job.rate > 0 && float64(i) > time.Since(start).Seconds()*float64(job.rate) {
			time.Sleep(10 * time.Millisecond)
		}
		if err := rotator.write(line(job.first + i)); err != nil {
			return err
		}
	}
	return rotator.close()
}

func number(text string) int {
	value, err := strconv.Atoi(text)
	must(err)
	return value
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	args := os.Args[1:]
	if len(args) != 6 || rotators[args[0]] == nil {
		log.Fatal("usage: writer ROTATOR FOLDER FIRST LINES RATE ROTATE_BYTES")
	}
	job := Job{args[1], number(args[2]), number(args[3]), number(args[4]), int64(number(args[5]))}
	must(run(job, rotators[args[0]](job)))
}
