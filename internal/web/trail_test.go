package web_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/audit"
)

// handlers reads which method serves each route of the tables.
func handlers(t *testing.T) (byRoute map[string]string, bodies map[string]*ast.FuncDecl) {
	t.Helper()
	byRoute, bodies = map[string]string{}, map[string]*ast.FuncDecl{}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if ofSite(n) {
					bodies[n.Name.Name] = n
				}
			case *ast.CompositeLit:
				if h, ok := handlerOf(n); ok {
					byRoute[h[0]+" "+h[1]] = h[2]
				}
			}
			return true
		})
	}
	return byRoute, bodies
}

// ofSite reports whether a function is a method of [web.Site], as handlers are.
func ofSite(n *ast.FuncDecl) bool {
	if n.Recv == nil || len(n.Recv.List) != 1 {
		return false
	}
	star, ok := n.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	name, ok := star.X.(*ast.Ident)
	return ok && name.Name == "Site"
}

// handlerOf reads method, path and handler of a row of a table.
func handlerOf(row *ast.CompositeLit) (h [3]string, ok bool) {
	if len(row.Elts) != 6 {
		return h, false
	}
	for i := range 2 {
		lit, ok := row.Elts[i].(*ast.BasicLit)
		if !ok {
			return h, false
		}
		h[i] = strings.Trim(lit.Value, `"`)
	}
	sel, ok := row.Elts[4].(*ast.SelectorExpr)
	if ok {
		h[2] = sel.Sel.Name
	}
	return h, ok
}

// Whoever adds a page that changes something notes who changed it. Signing in
// and out, and what a payer does, change neither money, people nor settings of
// anybody else.
func TestEveryPageThatChangesSomethingNotesIt(t *testing.T) {
	free := map[string]bool{"POST /pay": true, "POST /register": true, "POST /login": true, "POST /logout": true,
		"POST /sign-in/{secret}": true}
	byRoute, bodies := handlers(t)
	if len(byRoute) < 40 {
		t.Fatalf("only %d routes found; the search is broken", len(byRoute))
	}
	for route, name := range byRoute {
		if !strings.HasPrefix(route, "POST ") || free[route] {
			continue
		}
		noted := false
		ast.Inspect(bodies[name], func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if ok && sel.Sel.Name == "Note" {
				pkg, _ := sel.X.(*ast.Ident)
				noted = noted || pkg != nil && pkg.Name == "audit"
			}
			return true
		})
		if !noted {
			t.Errorf("%s: %s notes nothing in the audit trail", route, name)
		}
	}
}

func TestEveryActionHasAName(t *testing.T) {
	for _, tag := range []string{"zh", "en"} {
		text := catalog(t, tag)
		for _, a := range audit.Actions() {
			if text["action."+string(a)] == "" {
				t.Errorf("%s has no name for %q", tag, a)
			}
		}
	}
}
