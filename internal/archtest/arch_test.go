package archtest_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// source is one Go file of the module.
type source struct {
	path   string // relative to the module, with slashes
	folder string
	file   *ast.File
	lines  int
}

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

func (s source) imports(path string) bool {
	for _, spec := range s.file.Imports {
		if spec.Path.Value == strconv.Quote(path) {
			return true
		}
	}
	return false
}

// support reports whether the file exists for tests alone.
func (s source) support() bool {
	return s.isTest() || strings.HasSuffix(s.folder, "test") || strings.HasSuffix(s.folder, "htmlcheck")
}

// load parses every Go file of the module.
func load(t *testing.T) []source {
	t.Helper()
	root, fset := filepath.Join("..", ".."), token.NewFileSet()
	var all []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := d.Name(); d.IsDir() && path != root && (name == "var" || name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := parser.ParseFile(fset, path, text, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		all = append(all, source{path: rel, folder: folderOf(rel), file: f, lines: strings.Count(string(text), "\n")})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 100 {
		t.Fatalf("found only %d Go files; the walk is broken", len(all))
	}
	return all
}

func folderOf(path string) string {
	if i := strings.LastIndex(path, "/"); i >= 0 {
		return path[:i]
	}
	return "."
}

func TestImportsFollowTheLayers(t *testing.T) {
	for _, s := range load(t) {
		if s.support() {
			continue
		}
		r, ok := ruleFor(s.folder)
		if !ok {
			t.Errorf("%s: no rule covers this folder; add it to its layer in rules_test.go", s.path)
			continue
		}
		for _, spec := range s.file.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if !r.allows(path) {
				t.Errorf("%s imports %s, which its layer may not", s.path, path)
			}
		}
	}
}

// The sandbox's and the clients' tests would otherwise be a way around: what
// proves one of them right may not be the other.
func TestSandboxAndClientsShareNothingInTestsEither(t *testing.T) {
	for _, s := range load(t) {
		client := below(s.folder, "alipay") || below(s.folder, "wechat") || below(s.folder, "unionpay")
		for _, spec := range s.file.Imports {
			path, _ := strconv.Unquote(spec.Path.Value)
			local, ours := strings.CutPrefix(path, module+"/")
			if !ours {
				continue
			}
			if below(s.folder, "sandbox") && !below(local, "sandbox") || client && below(local, "internal") {
				t.Errorf("%s imports %s", s.path, path)
			}
		}
	}
}

func TestOnlyCommandsReadArgumentsAndEnvironment(t *testing.T) {
	forbidden := map[string]bool{"os.Args": true, "os.Getenv": true, "os.LookupEnv": true, "os.Environ": true, "os.Exit": true}
	for _, s := range load(t) {
		if s.support() || below(s.folder, "cmd") || below(s.folder, "bench") || below(s.folder, "test") || below(s.folder, "tools") {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := sel.X.(*ast.Ident); ok && forbidden[pkg.Name+"."+sel.Sel.Name] {
					t.Errorf("%s uses %s.%s", s.path, pkg.Name, sel.Sel.Name)
				}
			}
			return true
		})
	}
}

func TestNothingRegistersItselfAtInit(t *testing.T) {
	for _, s := range load(t) {
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s has an init function", s.path)
			}
		}
	}
}

func TestFilesStayShort(t *testing.T) {
	const limit = 600
	for _, s := range load(t) {
		if s.lines > limit {
			t.Errorf("%s has %d lines; two things live there", s.path, s.lines)
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	documented, seen := map[string]bool{}, map[string]bool{}
	for _, s := range load(t) {
		if s.isTest() {
			continue
		}
		seen[s.folder] = true
		if s.file.Doc != nil && len(s.file.Doc.Text()) > 40 {
			documented[s.folder] = true
		}
	}
	for folder := range seen {
		if !documented[folder] {
			t.Errorf("%s has no package comment", folder)
		}
	}
}

// A sleep inside a testing/synctest bubble passes no real time.
func TestTestsNeitherSleepNorSkip(t *testing.T) {
	for _, s := range load(t) {
		if !s.isTest() {
			continue
		}
		forbidden := map[string]bool{"t.Skip": true, "t.Skipf": true, "t.SkipNow": true, "b.Skip": true}
		forbidden["time.Sleep"] = !s.imports("testing/synctest")
		ast.Inspect(s.file, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && forbidden[x.Name+"."+sel.Sel.Name] {
					t.Errorf("%s calls %s.%s", s.path, x.Name, sel.Sel.Name)
				}
			}
			return true
		})
	}
}
