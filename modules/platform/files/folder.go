//go:build !js

package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Folder keeps blobs as files below a folder that only the program's own user may enter.
type Folder struct{ root *os.Root }

// unfinished is how the name of a file begins that is being written, or was when the machine went down.
const unfinished = ".nuevo-"

// NewFolder makes the folder if need be.
func NewFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for files: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open the folder for files: %w", err)
	}
	return &Folder{root}, nil
}

// Close lets go of the folder.
func (f *Folder) Close() error { return f.root.Close() }

// Put writes beside the place, and moves it there when all of it is on the disk.
func (f *Folder) Put(_ context.Context, name string, r io.Reader) error {
	dir, base := filepath.Split(filepath.FromSlash(name))
	dir = filepath.Clean(dir)
	if err := f.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temporary := filepath.Join(dir, unfinished+base)
	if err := f.write(temporary, r); err != nil {
		return errors.Join(err, ignoreMissing(f.root.Remove(temporary)))
	}
	if err := f.root.Rename(temporary, filepath.FromSlash(name)); err != nil {
		return errors.Join(err, ignoreMissing(f.root.Remove(temporary)))
	}
	for ; ; dir = filepath.Dir(dir) { // the folders' entries too: they may be new
		if err := f.sync(dir); err != nil || dir == "." {
			return err
		}
	}
}

func (f *Folder) write(name string, r io.Reader) error {
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, r)
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

func (f *Folder) sync(dir string) error {
	folder, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Open reads the file of that name.
func (f *Folder) Open(_ context.Context, name string) (io.ReadCloser, error) {
	file, err := f.root.Open(filepath.FromSlash(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrMissing
	}
	return file, err
}

// Delete removes the file of that name.
func (f *Folder) Delete(_ context.Context, name string) error {
	return ignoreMissing(f.root.Remove(filepath.FromSlash(name)))
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// List walks through the folder. What a power cut left half written is told by its temporary name.
func (f *Folder) List(ctx context.Context, tell func(name string, since time.Time) error) error {
	return fs.WalkDir(f.root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err := errors.Join(ignoreMissing(err), ctx.Err()); err != nil {
			return err
		}
		if entry == nil || entry.IsDir() {
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return ignoreMissing(err) // removed meanwhile
		}
		return tell(path, info.ModTime())
	})
}
