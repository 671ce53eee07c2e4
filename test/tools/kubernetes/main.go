// kubecheck says whether a Kubernetes API server would take the resources in FILES: Deployments, Services,
// ConfigMaps and ServiceAccounts. It is the API server's own code (k8s.io/kubernetes): strict decoding, which
// names unknown fields, then defaults, then validation. What admission or allocation adds is not there.
//
//	kubecheck FILE ...
//
// Ends with 0 when all are taken, with 1 and a line on stderr for each mistake, with 2 when there is nothing to
// check.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	"k8s.io/kubernetes/pkg/apis/apps"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	apps_validation "k8s.io/kubernetes/pkg/apis/apps/validation"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/apis/core/validation"
)

func main() {
	checked, status := 0, 0
	for _, file := range os.Args[1:] {
		count, mistakes := check(file)
		checked += count
		for _, mistake := range mistakes {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, mistake)
			status = 1
		}
	}
	if checked == 0 && status == 0 {
		fmt.Fprintln(os.Stderr, "kubecheck: no resource to check")
		status = 2
	}
	os.Exit(status)
}

func check(file string) (int, []error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, []error{err}
	}
	decoder := serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDecoder()
	documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
	count, mistakes := 0, []error{}
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return count, mistakes
		}
		if err != nil {
			return count, append(mistakes, err)
		}
		count++
		object, err := runtime.Decode(decoder, document)
		if err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		for _, mistake := range validate(object) {
			mistakes = append(mistakes, mistake)
		}
	}
}

func validate(object runtime.Object) field.ErrorList {
	switch resource := object.(type) {
	case *apps.Deployment:
		return apps_validation.ValidateDeployment(resource, validation.PodValidationOptions{})
	case *core.Service:
		// The API server fills this in before it validates (pkg/registry/core/service).
		if resource.Spec.ClusterIP != "" {
			resource.Spec.ClusterIPs = []string{resource.Spec.ClusterIP}
		}
		return validation.ValidateServiceCreate(resource)
	case *core.ConfigMap:
		return validation.ValidateConfigMap(resource)
	case *core.ServiceAccount:
		return validation.ValidateServiceAccount(resource)
	}
	return field.ErrorList{field.NotSupported(field.NewPath("kind"), object.GetObjectKind().GroupVersionKind().Kind,
		[]string{"ConfigMap", "Deployment", "Service", "ServiceAccount"})}
}
