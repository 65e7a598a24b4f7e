// Writes numbered lines as a container runtime does, while the kubelet's own log manager rotates the file:
// writer kubelet-cri FOLDER FIRST LINES RATE ROTATE_BYTES.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	internalapi "k8s.io/cri-api/pkg/apis"
	runtimeapi "k8s.io/cri-api/pkg/apis/runtime/v1"
	kubecontainer "k8s.io/kubernetes/pkg/kubelet/container"
	"k8s.io/kubernetes/pkg/kubelet/logs"
)

const (
	keepAll   = 1000
	lookEvery = 1100 * time.Millisecond // names hold whole seconds
)

// runtime is the part of a container runtime that the log manager asks: one container, and its log opened anew.
type runtime struct {
	internalapi.RuntimeService
	path string
	mu   sync.Mutex
	file *os.File
}

func (r *runtime) ListContainers(context.Context, *runtimeapi.ContainerFilter) ([]*runtimeapi.Container, error) {
	return []*runtimeapi.Container{{Id: "app", State: runtimeapi.ContainerState_CONTAINER_RUNNING}}, nil
}

func (r *runtime) ContainerStatus(context.Context, string, bool) (*runtimeapi.ContainerStatusResponse, error) {
	return &runtimeapi.ContainerStatusResponse{Status: &runtimeapi.ContainerStatus{Id: "app", LogPath: r.path}}, nil
}

func (r *runtime) ReopenContainerLog(context.Context, string) error {
	file, err := os.OpenFile(r.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o640)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file != nil {
		r.file.Close()
	}
	r.file = file
	return nil
}

func (r *runtime) write(line string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err := r.file.WriteString(line)
	return err
}

func line(n int) string {
	head := fmt.Sprintf(`{"n": %d, "pad": "`, n)
	return head + strings.Repeat("x", 117-len(head)) + "\"}\n"
}

// run stands still in the middle of each file, so that the log manager, which looks by time, rotates about there.
func run(r *runtime, first, lines, rate, rotateBytes int) error {
	start, size := time.Now(), rotateBytes/2
	for i := 0; i < lines; i++ {
		if size += len(line(first)); size > rotateBytes {
			size = 0
			time.Sleep(lookEvery + lookEvery/10)
		}
		for rate > 0 && float64(i) > time.Since(start).Seconds()*float64(rate) {
			time.Sleep(10 * time.Millisecond)
		}
		if err := r.write(line(first + i)); err != nil {
			return err
		}
	}
	return nil
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

// settled waits until the log manager has packed what it was packing.
func settled(folder string) {
	for busy := true; busy; time.Sleep(50 * time.Millisecond) {
		entries, err := os.ReadDir(folder)
		must(err)
		busy = false
		for _, entry := range entries {
			busy = busy || strings.HasSuffix(entry.Name(), ".tmp")
		}
	}
}

func main() {
	args := os.Args[1:]
	if len(args) != 6 {
		log.Fatal("usage: writer kubelet-cri FOLDER FIRST LINES RATE ROTATE_BYTES")
	}
	r := &runtime{path: args[1] + "/0.log"}
	must(r.ReopenContainerLog(context.Background(), "app"))
	every := metav1.Duration{Duration: lookEvery}
	manager, err := logs.NewContainerLogManager(r, kubecontainer.RealOS{}, args[5], keepAll, 1, every)
	must(err)
	ctx, stop := context.WithCancel(context.Background())
	manager.Start(ctx)
	must(run(r, number(args[2]), number(args[3]), number(args[4]), number(args[5])))
	stop()
	settled(args[1])
}
