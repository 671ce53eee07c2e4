// dashcheck says whether FILES are dashboards as Grafana's schemas have them: every field known, of the right
// type, and in its bounds, those of panels and of queries too. The types are Grafana's own, generated from the
// schemas in its repository (grafana-foundation-sdk).
//
//	dashcheck FILE ...
//
// Ends with 0 when all are, with 1 and a line on stderr for each that is not, with 2 when there is nothing to
// check.
package main

import (
	"fmt"
	"os"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "dashcheck: no file to check")
		os.Exit(2)
	}
	// Without them panels and queries would pass as anything.
	plugins.RegisterDefaultPlugins()
	status := 0
	for _, file := range os.Args[1:] {
		if err := check(file); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			status = 1
		}
	}
	os.Exit(status)
}

func check(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var board dashboard.Dashboard
	if err := board.UnmarshalJSONStrict(text); isError(err) {
		return err
	}
	return board.Validate()
}

// The generated code returns its list of errors also when it is empty, and an interface with that is not nil.
func isError(err error) bool {
	list, isList := err.(cog.BuildErrors)
	return err != nil && !(isList && len(list) == 0)
}
