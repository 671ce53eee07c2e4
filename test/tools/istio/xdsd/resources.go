package main

import (
	"fmt"
	"os"
	"reflect"
	"strings"

	"google.golang.org/protobuf/proto"
	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	"istio.io/istio/pkg/config/schema/collections"
)

// resources are what the files say.
type resources struct {
	mesh    *meshconfig.MeshConfig
	configs []config.Config
}

// read reads and validates, as Istio's webhook would on `kubectl apply`. A kind that Istio does not know is
// an error here: in a cluster it would be somebody else's, in a test it is a mistake.
func read(meshFile string, configFiles []string) (resources, error) {
	meshText, err := text(meshFile)
	if err != nil {
		return resources{}, err
	}
	// Defaults below what the file says, as istiod reads the ConfigMap `istio`.
	meshConfig, err := mesh.ApplyMeshConfig(meshText, mesh.DefaultMeshConfig())
	if err != nil {
		return resources{}, fmt.Errorf("%s: %w", meshFile, err)
	}
	read := resources{mesh: meshConfig}
	for _, file := range configFiles {
		yaml, err := text(file)
		if err != nil {
			return resources{}, err
		}
		configs, others, err := crd.ParseInputs(yaml)
		if err != nil {
			return resources{}, fmt.Errorf("%s: %w", file, err)
		}
		if len(others) > 0 {
			return resources{}, fmt.Errorf("%s: Istio knows no kind %s", file, others[0].Kind)
		}
		for _, parsed := range configs {
			if parsed.Namespace == "" {
				parsed.Namespace = "default"
			}
			read.configs = append(read.configs, parsed)
		}
	}
	return read, nil
}

// apply makes the store hold what is wanted, and tells how many resources that changed. The store's own
// events push to the proxies what each change means to them, as the informers' do in istiod.
func apply(server *xds.FakeDiscoveryServer, wanted resources) (int, error) {
	changed := 0
	store := server.Store()
	keys := map[string]bool{}
	for _, next := range wanted.configs {
		keys[next.Key()] = true
		current := store.Get(next.GroupVersionKind, next.Name, next.Namespace)
		var err error
		switch {
		case current == nil:
			_, err = store.Create(next)
		case same(*current, next):
			continue
		default:
			// Age decides between two of a kind: it is that of the first creation.
			next.CreationTimestamp = current.CreationTimestamp
			next.ResourceVersion = current.ResourceVersion
			_, err = store.Update(next)
		}
		if err != nil {
			return changed, fmt.Errorf("%s: %w", next.Key(), err)
		}
		changed++
	}
	for _, schema := range collections.PilotGatewayAPI().All() {
		for _, current := range store.List(schema.GroupVersionKind(), model.NamespaceAll) {
			if keys[current.Key()] || served(current) {
				continue
			}
			if err := store.Delete(current.GroupVersionKind, current.Name, current.Namespace, nil); err != nil {
				return changed, fmt.Errorf("%s: %w", current.Key(), err)
			}
			changed++
		}
	}
	// The mesh's configuration is no resource of the store; a change of it concerns every proxy.
	if environment := server.Env(); !proto.Equal(environment.Mesh(), wanted.mesh) {
		environment.Watcher.(meshwatcher.TestWatcher).Set(wanted.mesh)
		server.Discovery.ConfigUpdate(&model.PushRequest{
			Forced: true, Reason: model.NewReasonStats(model.GlobalUpdate),
		})
		changed++
	}
	server.EnsureSynced(server.T())
	return changed, nil
}

// served tells of resources that Istio makes itself out of others (WasmPlugin to TrafficExtension in 1.31).
func served(c config.Config) bool { return strings.Contains(c.Name, "~istio-translated") }

func same(a, b config.Config) bool {
	return reflect.DeepEqual(a.Labels, b.Labels) && reflect.DeepEqual(a.Annotations, b.Annotations) &&
		proto.Equal(a.Spec.(proto.Message), b.Spec.(proto.Message))
}

func text(file string) (string, error) {
	if file == "" {
		return "", nil
	}
	bytes, err := os.ReadFile(file)
	return string(bytes), err
}
