// Package dirlock gives a directory to one process at a time. The lock ends with the process, however that
// ends, and the file it leaves says nothing by being there.
package dirlock
