//go:build !linux

package postgrestest

// tempDir returns the directory for clusters, "" for the default.
func tempDir() string { return "" }
