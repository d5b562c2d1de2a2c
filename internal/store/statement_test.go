package store_test

import (
	"context"
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/store"
	"github.com/paypush/paypush/internal/store/storetest"
)

// TestEveryStatementPrepares finds every statement in the source and prepares
// it on both engines, so that none waits for a rare path to be wrong.
func TestEveryStatementPrepares(t *testing.T) {
	all := statements(t)
	if len(all) < 60 {
		t.Fatalf("found %d statements only", len(all))
	}
	storetest.Each(t, func(t *testing.T, url string) {
		engine := store.Postgres
		if strings.HasPrefix(url, "sqlite:") {
			engine = store.SQLite
		}
		db := storetest.Raw(t, url)
		for name, q := range all {
			for _, text := range store.Texts(engine, q) {
				stmt, err := db.PrepareContext(context.Background(), text)
				if err != nil {
					t.Errorf("%s: %v\n%.300s", name, err, text)
					continue
				}
				stmt.Close()
			}
		}
	})
}

// statements evaluates every constant of type statement in this package.
func statements(t *testing.T) map[string]string {
	t.Helper()
	set := token.NewFileSet()
	var files []*ast.File
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range names {
		if !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(set, e.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	// Imports are not resolved: constants need none, and their errors are expected.
	config := types.Config{Error: func(error) {}}
	pkg, _ := config.Check("store", set, files, nil)
	all := make(map[string]string)
	for _, name := range pkg.Scope().Names() {
		c, ok := pkg.Scope().Lookup(name).(*types.Const)
		if ok && c.Type().String() == "store.statement" {
			all[name] = constant.StringVal(c.Val())
		}
	}
	return all
}
