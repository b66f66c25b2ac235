package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// placeToWrite returns the path of the file that takes the place of out, which is not that of a link but of what it leads to, as
// with cp and curl. Refused are files that exist, unless they may be replaced, and all that are no regular files: renaming
// another over them would take away a device, a pipe or a directory. So is a directory that is not there or takes no file.
func placeToWrite(out string, force bool) (string, error) {
	if err := checkDirectory(out); err != nil {
		return "", err
	}
	if _, err := os.Lstat(out); errors.Is(err, os.ErrNotExist) {
		return out, checkWritable(out, out)
	}
	is, err := os.Stat(out)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", refused("not_a_file", "write "+out, "it is a link that leads nowhere", "choose another name with --out, or remove the link")
	case err != nil:
		return "", usage("write "+out, err.Error(), "choose another name with --out")
	case is.IsDir():
		return "", refused("not_a_file", "write "+out, "it is a directory", "name a file in it with --out")
	case !is.Mode().IsRegular():
		return "", refused("not_a_file", "write "+out, "it is no regular file, and would be replaced by one", "choose another name with --out; --out - writes to standard output, which can go on to it")
	case !force:
		return "", refused("file_exists", "write "+out, "it exists", "choose another name with --out, or add --force")
	}
	place, err := filepath.EvalSymlinks(out)
	if err != nil {
		return "", usage("write "+out, err.Error(), "choose another name with --out")
	}
	return place, checkWritable(out, place)
}

// checkDirectory refuses a file whose directory is not there.
func checkDirectory(out string) error {
	dir := filepath.Dir(out)
	is, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return refused("no_directory", "write "+out, "there is no directory "+dir, "make it, or choose another place with --out")
	case errors.Is(err, syscall.ENOTDIR), err == nil && !is.IsDir():
		return refused("no_directory", "write "+out, dir+" is no directory", "choose another place with --out")
	case err != nil:
		return usage("write "+out, err.Error(), "choose another place with --out")
	}
	return nil
}

// checkWritable refuses a place beside which no file can be made, as one is while the other is read. Making one tells.
func checkWritable(out, place string) error {
	f, err := os.CreateTemp(filepath.Dir(place), ".mesh-*.part")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	return explainWritable(out, err)
}

// explainWritable says what to do about a directory that takes no file.
func explainWritable(out string, err error) error {
	for _, kind := range []error{syscall.EACCES, syscall.EPERM, syscall.EROFS} {
		if errors.Is(err, kind) {
			return refused("read_only", "write "+out, err.Error(), "choose another place with --out, or make that one writable")
		}
	}
	return err
}

// explainPlace says what to do about a file that came into being while another was read that shall have its name.
func explainPlace(out string, err error) error {
	if errors.Is(err, os.ErrExist) {
		return refused("file_exists", "write "+out, "it came into being while the file was read, and was left as it is", "choose another name with --out, or add --force")
	}
	return err
}
