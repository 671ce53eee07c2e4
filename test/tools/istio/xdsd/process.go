package main

import (
	"fmt"
	"os"
)

// process is the test.Failer that Istio's test server asks for: where a test would fail, the process ends.
type process struct{ cleanups []func() }

func (p *process) end(code int) {
	// As testing.T does: what was started last is stopped first.
	for i := len(p.cleanups) - 1; i >= 0; i-- {
		p.cleanups[i]()
	}
	os.Exit(code)
}

func (p *process) Fail()                         { p.end(1) }
func (p *process) FailNow()                      { p.end(1) }
func (p *process) Fatal(args ...any)             { p.Log(args...); p.end(1) }
func (p *process) Fatalf(form string, a ...any)  { p.Logf(form, a...); p.end(1) }
func (p *process) Log(args ...any)               { fmt.Fprintln(os.Stderr, args...) }
func (p *process) Logf(form string, args ...any) { fmt.Fprintf(os.Stderr, form+"\n", args...) }
func (p *process) Skip(args ...any)              { p.Fatal(args...) }
func (p *process) Helper()                       {}
func (p *process) Cleanup(cleanup func())        { p.cleanups = append(p.cleanups, cleanup) }

func (p *process) TempDir() string {
	folder, err := os.MkdirTemp("", "xdsd-")
	end(err)
	p.Cleanup(func() { _ = os.RemoveAll(folder) })
	return folder
}

// end ends the process with the error's words where there is an error.
func end(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "xdsd:", err)
		os.Exit(1)
	}
}
