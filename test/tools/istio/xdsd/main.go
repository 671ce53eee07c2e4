// xdsd serves what Istio's control plane would send to a proxy, from files and without Kubernetes: the xDS
// server, the configuration store and the generators are Istio's own (pilot/test/xds puts them together for
// Istio's tests), served on a loopback port in plain text.
//
//	xdsd --mesh mesh.yaml --config FILE [--config FILE ...] [--kubernetes FILE] [--address 127.0.0.1:0]
//
// It speaks one JSON object a line on stdout: {"event":"ready","xds":"127.0.0.1:1","debug":"127.0.0.1:2"}
// first; after the Nth SIGHUP, which has it read --mesh and --config again, {"event":"reloaded","reload":N,
// "changed":M} or {"event":"refused","reload":N,"error":"..."}, and then what was served before stays. It
// watches no file, so that a test says when. SIGTERM and SIGINT end it with 0; 1 is a file that it cannot use, or an address that is taken.
package main

import (
	"encoding/json"
	"flag"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"istio.io/istio/pilot/test/xds"
)

// files are the values of a flag that may be given more than once.
type files []string

func (f *files) String() string     { return strings.Join(*f, ",") }
func (f *files) Set(s string) error { *f = append(*f, s); return nil }

func main() {
	meshFile := flag.String("mesh", "", "file with the MeshConfig (YAML); Istio's defaults without it")
	kubernetesFile := flag.String("kubernetes", "", "file with Services, Pods and the like; read once")
	address := flag.String("address", "127.0.0.1:0", "where to serve xDS; port 0: the system chooses")
	var configFiles files
	flag.Var(&configFiles, "config", "file with Istio's resources (YAML); may be repeated")
	flag.Parse()

	// Before anything can be sent to it, so that an early SIGHUP does not end it.
	signals := make(chan os.Signal, 16)
	signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM, syscall.SIGINT)

	wanted, err := read(*meshFile, configFiles)
	end(err)
	kubernetes, err := text(*kubernetesFile)
	end(err)
	listener, err := net.Listen("tcp", *address)
	end(err)
	debug, err := net.Listen("tcp", "127.0.0.1:0")
	end(err)

	process := &process{}
	server := xds.NewFakeDiscoveryServer(process, xds.FakeOptions{
		Configs:                wanted.configs,
		KubernetesObjectString: kubernetes,
		MeshConfig:             wanted.mesh,
		ListenerBuilder:        func() (net.Listener, error) { return listener, nil },
	})
	go func() { end(http.Serve(debug, server.DiscoveryDebug)) }()
	say(map[string]any{"event": "ready", "xds": listener.Addr().String(), "debug": debug.Addr().String()})

	reload := 0
	for received := range signals {
		if received != syscall.SIGHUP {
			process.end(0)
		}
		reload++
		wanted, err := read(*meshFile, configFiles)
		changed := 0
		if err == nil {
			changed, err = apply(server, wanted)
		}
		if err != nil {
			say(map[string]any{"event": "refused", "reload": reload, "error": err.Error()})
		} else {
			say(map[string]any{"event": "reloaded", "reload": reload, "changed": changed})
		}
	}
}

func say(event map[string]any) { _ = json.NewEncoder(os.Stdout).Encode(event) }
