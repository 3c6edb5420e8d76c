//go:build !js

// Lean writes an overlay for the browser's build in which crypto/tls cannot speak.
//
// Echo carries an http.Server, whose type names *tls.Conn; Go's linker therefore keeps every method by which a
// connection can be read, written and closed, and with them the whole of TLS and X.509: two of the eighteen megabytes of
// the browser's app. Nothing in a browser listens or dials, so there those methods say that the connection is closed.
// The rest of the file is the toolchain's own; a toolchain in which a method is missing is refused, so that this cannot
// go stale unseen.
//
// Usage: go run ./modules/platform/offline/lean DIR; it writes DIR/conn.txt (no .go: it is no package of ours) and DIR/overlay.json, for go build -overlay.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// silenced are the methods of *tls.Conn that interfaces call, each with what it returns instead.
var silenced = map[string]string{
	"Read": "0, net.ErrClosed", "Write": "0, net.ErrClosed", "Close": "net.ErrClosed", "CloseWrite": "net.ErrClosed",
	"Handshake": "net.ErrClosed", "HandshakeContext": "net.ErrClosed", "VerifyHostname": "net.ErrClosed",
}

func main() {
	if len(os.Args) != 2 {
		stop(fmt.Errorf("which folder should the overlay lie in?"))
	}
	stop(write(os.Args[1]))
}

func stop(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "lean:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("ask for the toolchain's folder: %w", err)
	}
	original := filepath.Join(strings.TrimSpace(string(root)), "src", "crypto", "tls", "conn.go")
	source, err := os.ReadFile(original)
	if err != nil {
		return fmt.Errorf("read the connection of crypto/tls: %w", err)
	}
	quiet, err := silence(source)
	if err != nil {
		return err
	}
	folder, err = filepath.Abs(folder)
	if err != nil {
		return fmt.Errorf("find the overlay's folder: %w", err)
	}
	replacement := filepath.Join(folder, "conn.txt")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {original: replacement}})
	if err != nil {
		return fmt.Errorf("write the overlay: %w", err)
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the overlay's folder: %w", err)
	}
	if err := keep(replacement, quiet); err != nil {
		return err
	}
	return keep(filepath.Join(folder, "overlay.json"), overlay)
}

// keep writes a file unless it says so already: the build looks at its time.
func keep(path string, content []byte) error {
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	if err := os.WriteFile(path, content, 0o644); err != nil { //nolint:gosec // part of a build, no secret
		return fmt.Errorf("write %s: %w", filepath.Base(path), err)
	}
	return nil
}

// silence puts a return at the head of each silenced method.
func silence(source []byte) ([]byte, error) {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, "conn.go", source, 0)
	if err != nil {
		return nil, fmt.Errorf("parse the connection of crypto/tls: %w", err)
	}
	var out bytes.Buffer
	from, found := 0, 0
	for _, declaration := range parsed.Decls {
		method, is := declaration.(*ast.FuncDecl)
		if !is || method.Recv == nil {
			continue
		}
		answer, listed := silenced[method.Name.Name]
		if !listed || receiver(method) != "Conn" {
			continue
		}
		brace := files.Position(method.Body.Lbrace).Offset + 1
		out.Write(source[from:brace])
		out.WriteString("\n\treturn " + answer + "\n")
		from, found = brace, found+1
	}
	out.Write(source[from:])
	if found != len(silenced) {
		return nil, fmt.Errorf("crypto/tls has %d of the %d methods expected: look at it again", found, len(silenced))
	}
	return out.Bytes(), nil
}

func receiver(method *ast.FuncDecl) string {
	pointer, is := method.Recv.List[0].Type.(*ast.StarExpr)
	if !is {
		return ""
	}
	name, _ := pointer.X.(*ast.Ident)
	if name == nil {
		return ""
	}
	return name.Name
}
