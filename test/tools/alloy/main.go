// Command alloysyntax parses a configuration of Grafana Alloy with Alloy's own parser, and prints its blocks as
// JSON. Exit status 1, with Alloy's words on stderr, when it does not parse.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/grafana/alloy/syntax/ast"
	"github.com/grafana/alloy/syntax/parser"
	"github.com/grafana/alloy/syntax/printer"
	"github.com/grafana/alloy/syntax/vm"
)

// block is a block with its attributes: what a literal stands for, and of other expressions their text.
type block struct {
	Name       string         `json:"name"`
	Label      string         `json:"label,omitempty"`
	Attributes map[string]any `json:"attributes"`
	Blocks     []block        `json:"blocks"`
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	file, err := parser.ParseFile(path, text)
	if err != nil {
		return err
	}
	var formatted strings.Builder
	if err := printer.Fprint(&formatted, file); err != nil {
		return err
	}
	_, blocks, err := bodyOf(file.Body)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"blocks": blocks, "formatted": formatted.String()})
}

func bodyOf(body ast.Body) (map[string]any, []block, error) {
	attributes, blocks := map[string]any{}, []block{}
	for _, statement := range body {
		switch s := statement.(type) {
		case *ast.AttributeStmt:
			value, err := valueOf(s.Value)
			if err != nil {
				return nil, nil, err
			}
			attributes[s.Name.Name] = value
		case *ast.BlockStmt:
			inner, nested, err := bodyOf(s.Body)
			if err != nil {
				return nil, nil, err
			}
			blocks = append(blocks, block{strings.Join(s.Name, "."), s.Label, inner, nested})
		}
	}
	return attributes, blocks, nil
}

// valueOf evaluates what refers to no other component; a reference is its text.
func valueOf(expression ast.Expr) (any, error) {
	if array, ok := expression.(*ast.ArrayExpr); ok {
		values := []any{}
		for _, element := range array.Elements {
			value, err := valueOf(element)
			if err != nil {
				return nil, err
			}
			values = append(values, value)
		}
		return values, nil
	}
	if _, ok := expression.(*ast.AccessExpr); ok {
		var text strings.Builder
		err := printer.Fprint(&text, expression)
		return text.String(), err
	}
	var value any
	err := vm.New(expression).Evaluate(nil, &value)
	return value, err
}
