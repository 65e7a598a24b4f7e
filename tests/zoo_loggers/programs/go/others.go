package main

import (
	"bytes"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"

	charm "github.com/charmbracelet/log"
	"github.com/gin-gonic/gin"
	kit "github.com/go-kit/log"
	"github.com/go-kit/log/level"
	"github.com/golang/glog"
	"github.com/hashicorp/go-hclog"
	"github.com/inconshreveable/log15/v3"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	logsapi "k8s.io/component-base/logs/json"
	"k8s.io/klog/v2"
)

func klogText() {
	emitKlog()
}

// klogJSON logs as a component of Kubernetes with --logging-format=json.
func klogJSON() {
	logger, control := logsapi.NewJSONLogger(0, logsapi.AddNopSync(os.Stdout), nil, nil)
	klog.SetLoggerWithOptions(logger, klog.FlushLogger(control.Flush))
	emitKlog()
}

func emitKlog() {
	klog.InfoS("zoo-2")
	klog.Warning("zoo-3")
	klog.ErrorS(nil, "zoo-4")
	klog.ErrorS(errTwo, "zoo-6")
	klog.InfoS("zoo-7", "trace_id", trace)
	klog.InfoS("zoo-8", "ratio", nan, "bytes", large, "user", user)
	klog.Info(text9)
	klog.Flush()
}

func glogText() {
	flag.CommandLine.Parse([]string{"-logtostderr"})
	glog.Info("zoo-2")
	glog.Warning("zoo-3")
	glog.Error("zoo-4")
	glog.Errorf("zoo-6: %v", errTwo)
	glog.Info("zoo-7")
	glog.Info(text9)
	glog.Flush()
}

func hclogText() { emitHclog(false) }
func hclogJSON() { emitHclog(true) }

func emitHclog(json bool) {
	logger := hclog.New(&hclog.LoggerOptions{Name: "app", Level: hclog.Debug, JSONFormat: json, Output: os.Stdout})
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warn("zoo-3")
	logger.Error("zoo-4")
	logger.Error("zoo-6", "error", errTwo)
	logger.Info("zoo-7", "trace_id", trace)
	logger.Info("zoo-8", "bytes", large, "user", user)
	logger.Info(text9)
}

func charmText()   { emitCharm(charm.TextFormatter) }
func charmJSON()   { emitCharm(charm.JSONFormatter) }
func charmLogfmt() { emitCharm(charm.LogfmtFormatter) }

func emitCharm(formatter charm.Formatter) {
	logger := charm.NewWithOptions(os.Stdout, charm.Options{Level: charm.DebugLevel, ReportTimestamp: true, Formatter: formatter})
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warn("zoo-3")
	logger.Error("zoo-4")
	logger.Log(charm.FatalLevel, "zoo-5")
	logger.Error("zoo-6", "err", errTwo)
	logger.Info("zoo-7", "trace_id", trace)
	logger.Info("zoo-8", "bytes", large, "user", user, "level", "high")
	logger.Info(text9)
}

func goKitLogfmt() { emitKit(kit.NewLogfmtLogger(os.Stdout)) }
func goKitJSON()   { emitKit(kit.NewJSONLogger(os.Stdout)) }

func emitKit(logger kit.Logger) {
	logger = kit.With(logger, "ts", kit.DefaultTimestampUTC)
	level.Debug(logger).Log("msg", "zoo-1")
	level.Info(logger).Log("msg", "zoo-2")
	level.Warn(logger).Log("msg", "zoo-3")
	level.Error(logger).Log("msg", "zoo-4")
	level.Error(logger).Log("msg", "zoo-6", "err", errTwo)
	level.Info(logger).Log("msg", "zoo-7", "trace_id", trace)
	level.Info(logger).Log("msg", "zoo-8", "bytes", large, "size", "1", "size", "2")
	level.Info(logger).Log("msg", text9)
}

func log15Logfmt() { emitLog15(log15.LogfmtFormat()) }
func log15JSON()   { emitLog15(log15.JsonFormat()) }

func emitLog15(format log15.Format) {
	logger := log15.New()
	logger.SetHandler(log15.StreamHandler(os.Stdout, format))
	logger.Debug("zoo-1")
	logger.Info("zoo-2")
	logger.Warn("zoo-3")
	logger.Error("zoo-4")
	logger.Crit("zoo-5")
	logger.Error("zoo-6", "err", errTwo)
	logger.Info("zoo-7", "trace_id", trace)
	logger.Info("zoo-8", "bytes", large)
	logger.Info(text9)
}

var requests = []struct {
	path   string
	status int
}{{"/zoo-2", 200}, {"/zoo-3", 404}, {"/zoo-4", 500}, {"/zoo-7", 200}}

func ginAccess() {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.Use(gin.Logger())
	for _, each := range requests {
		engine.GET(each.path, func(c *gin.Context) { c.String(each.status, "") })
	}
	serve(engine)
}

// echoJSON is echo's middleware Logger with its default format.
func echoJSON() {
	server := echo.New()
	server.Use(middleware.Logger())
	for _, each := range requests {
		server.GET(each.path, func(c echo.Context) error { return c.NoContent(each.status) })
	}
	serve(server)
}

func serve(handler http.Handler) {
	for _, each := range requests {
		request := httptest.NewRequest(http.MethodGet, each.path, bytes.NewReader(nil))
		handler.ServeHTTP(httptest.NewRecorder(), request)
	}
}
