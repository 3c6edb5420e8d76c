// Package architecture holds the house plan as specs: who may import whom, where which library may appear, what the
// browser build leaves out, and the few habits of writing that a machine can check.
package architecture_test

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

func TestArchitecture(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Architecture")
}

// root is the project's folder, seen from this one.
const root = "../.."

// source is a file that people wrote. Go is its syntax; nil for other languages.
type source struct {
	path string
	text string
	Go   *ast.File
}

// house is everything that people wrote for the program.
var house []source

var _ = BeforeSuite(func() {
	var err error
	house, err = readHouse(root)
	Expect(err).NotTo(HaveOccurred())
	Expect(len(house)).To(BeNumerically(">", 100), "the program was not found")
})

// elsewhere are folders whose files nobody of the house wrote.
var elsewhere = []string{".git", "node_modules", "dist", "dist-wasm", "data", "bin", "testdata", "tmp"}

func readHouse(dir string) (files []source, err error) {
	err = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains(elsewhere, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !slices.Contains([]string{".go", ".templ", ".js", ".mjs"}, filepath.Ext(path)) || strings.HasSuffix(path, "_templ.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil // an editor's file that has gone meanwhile
		}
		if err != nil {
			return err
		}
		if bytes.Contains(text[:min(len(text), 500)], []byte("Code generated ")) {
			return nil
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		file, err := parse(filepath.ToSlash(name), string(text))
		files = append(files, file)
		return err
	})
	return files, err
}

// parse reads a file of the program; specs hand it invented ones.
func parse(path, text string) (source, error) {
	s := source{path: path, text: text}
	if !strings.HasSuffix(path, ".go") {
		return s, nil
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ParseComments)
	s.Go = file
	return s, err
}

// isTest tells specs and their helpers from the program.
func (s source) isTest() bool {
	return strings.HasSuffix(s.path, "_test.go") || strings.HasPrefix(s.path, "tests/") || strings.HasSuffix(folderOf(s.path), "test")
}

// serverOnly tells whether the browser build leaves the file out.
func (s source) serverOnly() bool {
	before, _, _ := strings.Cut(s.text, "\npackage ")
	return strings.Contains("\n"+before+"\n", "\n//go:build !js\n") || s.isTest()
}

// imports lists what a Go file imports.
func (s source) imports() (paths []string) {
	if s.Go == nil {
		return nil
	}
	for _, i := range s.Go.Imports {
		path, err := strconv.Unquote(i.Path.Value)
		if err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// calls lists the functions of other packages that a Go file uses, as "time.Now".
func (s source) calls() (names []string) {
	if s.Go == nil {
		return nil
	}
	ast.Inspect(s.Go, func(n ast.Node) bool {
		if selector, ok := n.(*ast.SelectorExpr); ok {
			if from, ok := selector.X.(*ast.Ident); ok {
				names = append(names, from.Name+"."+selector.Sel.Name)
			}
		}
		return true
	})
	return names
}

// rule says what is wrong with a file, each thing in a few words.
type rule func(source) []string

// breaches are all places of the program that break a rule.
func breaches(r rule) (found []string) {
	for _, s := range house {
		for _, words := range r(s) {
			found = append(found, s.path+": "+words)
		}
	}
	return found
}

// finds expects a rule to object to an invented file, so that the rule is known to see anything at all.
func finds(r rule, path, text string) {
	GinkgoHelper()
	s, err := parse(path, text)
	Expect(err).NotTo(HaveOccurred())
	Expect(r(s)).NotTo(BeEmpty(), "the rule overlooks this in %s:\n%s", path, text)
}

// allows expects it to let an invented file pass.
func allows(r rule, path, text string) {
	GinkgoHelper()
	s, err := parse(path, text)
	Expect(err).NotTo(HaveOccurred())
	Expect(r(s)).To(BeEmpty())
}

// matches tells whether a path is one of the patterns; one that ends in "/" takes everything below it.
func matches(path string, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if strings.HasSuffix(pattern, "/") {
			return strings.HasPrefix(path, pattern)
		}
		ok, err := filepath.Match(pattern, path)
		return err == nil && ok
	})
}
