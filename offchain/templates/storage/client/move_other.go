//go:build !linux

package client

// moveNew gives a file another name. Its error wraps fs.ErrExist if something has that, which stays as it is.
func moveNew(from, to string) error { return linkNew(from, to) }
