package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/paypush/paypush/internal/fault"
)

// raised is a code as the source raises it.
type raised struct {
	kind    fault.Kind
	message string
	file    string
}

// kinds are the names of the kinds in the source.
var kinds = map[string]fault.Kind{
	"Invalid": fault.Invalid, "NotFound": fault.NotFound, "Conflict": fault.Conflict, "Unauthorized": fault.Unauthorized,
	"Forbidden": fault.Forbidden, "Throttled": fault.Throttled, "Rejected": fault.Rejected, "Unavailable": fault.Unavailable,
	"Unknown": fault.Unknown, "Internal": fault.Internal,
}

// collect finds every fault.New(kind, code, message) and fault.Input(pointer,
// code, message) below a folder, tests left aside. The first of a code counts.
func collect(folder string) (map[string]raised, error) {
	all := map[string]raised{}
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasSuffix(d.Name(), "test") {
			return fs.SkipDir // what only tests use
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if code, r, ok := read(n); ok {
				if _, seen := all[code]; !seen {
					r.file = path
					all[code] = r
				}
			}
			return true
		})
		return nil
	})
	return all, err
}

// read takes one call apart. A code that is not written in full is none.
func read(n ast.Node) (code string, r raised, ok bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 3 {
		return "", r, false
	}
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", r, false
	}
	if pkg, named := fun.X.(*ast.Ident); !named || pkg.Name != "fault" {
		return "", r, false
	}
	switch fun.Sel.Name {
	case "Input":
		r.kind = fault.Invalid
	case "New":
		if kind, is := call.Args[0].(*ast.SelectorExpr); is {
			r.kind = kinds[kind.Sel.Name]
		}
	}
	code, r.message = text(call.Args[1]), text(call.Args[2])
	return code, r, r.kind != "" && code != ""
}

// text evaluates a string that is written in full, or in parts.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
	case *ast.BinaryExpr:
		if a, b := text(e.X), text(e.Y); a != "" && b != "" {
			return a + b
		}
	}
	return ""
}
