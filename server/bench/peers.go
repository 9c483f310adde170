package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"installstatus/server/bench/fill"
	"installstatus/server/store/sqlite"
)

// contender is a server that is measured.
type contender struct {
	name         string
	about        string // in the table; %[1]s and so on are the versions of modules
	modules      []string
	program      string
	args         func(ctx context.Context, rows int) ([]string, error)
	wholeSeconds bool // drops the fraction of a second
	own          bool // is this server
	logs         bool // writes too much to stderr to show it
}

// The servers that all others are compared with.
const (
	raw   = "raw"
	stock = "stock"
)

func contenders() []contender {
	return []contender{
		{name: raw, program: "raw", args: rowsAlone,
			about: "net/http and encoding/json over a map, nothing validated"},
		{name: "ogen", program: "ogen", args: rowsAlone, wholeSeconds: true,
			about: "ogen %[1]s over a map", modules: []string{"github.com/ogen-go/ogen"}},
		{name: "memory", program: "memory", args: withKey, own: true,
			about: "**this server without its database**, over a map, tokens checked"},
		{name: stock, program: "stock", args: rowsAlone,
			about:   "oapi-codegen %[1]s strict server, echo-middleware %[2]s, kin-openapi %[3]s, over a map",
			modules: []string{"github.com/oapi-codegen/oapi-codegen/v2", "github.com/oapi-codegen/echo-middleware", "github.com/getkin/kin-openapi"}},
		{name: "installstatus", program: "server", args: served, own: true, logs: true,
			about: "**this server** as it ships: SQLite, every answered write on disk, tokens checked"},
		{name: "stock-sqlite", program: "stock", args: withDatabase,
			about: "oapi-codegen over SQLite, a transaction a request, on disk"},
	}
}

func rowsAlone(_ context.Context, rows int) ([]string, error) {
	return []string{"-rows", fmt.Sprint(rows)}, nil
}

func withKey(_ context.Context, rows int) ([]string, error) {
	return []string{"-rows", fmt.Sprint(rows), "-dev-key", devKey}, nil
}

func withDatabase(_ context.Context, rows int) ([]string, error) {
	file := outDir + "/stock.db"
	return []string{"-rows", fmt.Sprint(rows), "-db", file}, removeDatabase(file)
}

// served returns the command line of this server on a database with that many rows. The database is created once.
func served(ctx context.Context, rows int) ([]string, error) {
	origin, file := fmt.Sprintf("%s/%d.db", outDir, rows), outDir+"/server.db"
	if _, err := os.Stat(origin); err != nil {
		if err := makeDatabase(ctx, origin, rows); err != nil {
			return nil, err
		}
	}
	if err := removeDatabase(file); err != nil {
		return nil, err
	}
	return []string{"serve", "--addr", "127.0.0.1:0", "--dev", "--dev-key", devKey, "--db", "sqlite:" + file}, copyFile(origin, file)
}

// makeDatabase names the file last, so that a file with the name is complete.
func makeDatabase(ctx context.Context, file string, rows int) error {
	unfinished := file + ".part"
	if err := removeDatabase(unfinished); err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, unfinished)
	if err != nil {
		return err
	}
	if err := fill.Store(ctx, store, rows); err != nil {
		store.Close()
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	return os.Rename(unfinished, file)
}

func removeDatabase(file string) error {
	files, err := filepath.Glob(file + "*")
	if err != nil {
		return err
	}
	for _, name := range files {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	return nil
}

// copyFile also waits until the copy is on disk. Otherwise it would be written during a measurement.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Sync()
}
