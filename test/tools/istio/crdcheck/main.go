// crdcheck says whether a Kubernetes API server with these CustomResourceDefinitions would take the resources
// in FILES. It is the API server's own code (k8s.io/apiextensions-apiserver: structural schema, unknown
// fields, CEL rules), put together by Istio's validator of its own test data (pkg/config/crd).
//
//	crdcheck --crds customresourcedefinitions.gen.yaml [--crds FILE ...] FILE ...
//
// Ends with 0 when all are taken, with 1 and a line on stderr for each that is not, with 2 when there is
// nothing to check.
package main

import (
	"flag"
	"fmt"
	"os"

	"istio.io/istio/pkg/config/crd"
)

func main() {
	var crds []string
	flag.Func("crds", "file with CustomResourceDefinitions; may be repeated", func(file string) error {
		crds = append(crds, file)
		return nil
	})
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "crdcheck: no file to check")
		os.Exit(2)
	}
	// Istio's definitions are trusted: to check them as well takes Kubernetes most of a second.
	validator, err := crd.NewValidatorFromFilesWithOptions(crds, crd.WithoutCRDValidation())
	if err != nil {
		fmt.Fprintf(os.Stderr, "crdcheck: %v: %v\n", crds, err)
		os.Exit(2)
	}
	status := 0
	for _, file := range flag.Args() {
		text, err := os.ReadFile(file)
		if err == nil {
			err = validator.ValidateCustomResourceYAML(string(text), nil)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			status = 1
		}
	}
	os.Exit(status)
}
