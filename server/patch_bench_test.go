package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"installstatus/api"
	"installstatus/api/contract"
	"installstatus/api/status"
	"installstatus/api/status/memory"
	"installstatus/server/auth"
	"installstatus/server/store/sqlite"
)

// BenchmarkPatch measures one PATCH of the documentation's example in process. Whole is everything but the network; the
// others are its steps.
func BenchmarkPatch(b *testing.B) {
	key := status.Key{App: "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60", ID: seedID}
	disk, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "bench.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer disk.Close()
	bench := &patchBench{key: key}
	bench.setIdentity(b)
	for name, store := range map[string]status.Store{"whole/sqlite": disk, "whole/memory": new(memory.Store)} {
		b.Run(name, func(b *testing.B) { bench.whole(b, store) })
	}
	b.Run("step/authenticate", bench.authenticate)
	b.Run("step/validate", bench.validate)
	b.Run("step/store/sqlite", func(b *testing.B) { bench.update(b, disk) })
	b.Run("step/store/memory", func(b *testing.B) { bench.update(b, new(memory.Store)) })
	b.Run("step/etag", bench.etag)
}

type patchBench struct {
	key      status.Key
	token    string
	verifier *auth.Verifier
}

func (p *patchBench) setIdentity(b *testing.B) {
	issuer, err := auth.OpenDevelopment(filepath.Join(b.TempDir(), "dev.pem"))
	if err != nil {
		b.Fatal(err)
	}
	if p.token, err = issuer.Issue(auth.Grant{Tenant: tenantA, Scope: auth.WritePermission, Lifetime: time.Hour}, time.Now()); err != nil {
		b.Fatal(err)
	}
	if p.verifier, err = auth.New(auth.Config{Issuers: []auth.Issuer{issuer.Issuer()}, Audiences: auth.GraphAudiences()}); err != nil {
		b.Fatal(err)
	}
}

// body returns the documentation's example with n in one property.
func (p *patchBench) body(n int) []byte {
	return bytes.Replace([]byte(seedBody), []byte(`"errorCode":9`), fmt.Appendf(nil, `"errorCode":%d`, n), 1)
}

func (p *patchBench) request(n int) *http.Request {
	r := httptest.NewRequest(http.MethodPatch, statusPath(p.key.App, p.key.ID), bytes.NewReader(p.body(n)))
	r.Header.Set("Authorization", "Bearer "+p.token)
	r.Header.Set("Content-Type", "application/json")
	return r
}

// discard is a ResponseWriter that records nothing.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(code int)        { d.status = code }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }

func (p *patchBench) whole(b *testing.B, store status.Store) {
	handler, err := api.New(store, api.Options{Authenticate: p.verifier.Authenticate})
	if err != nil {
		b.Fatal(err)
	}
	if _, _, err := store.Update(b.Context(), tenantA, p.key, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
		b.Fatal(err)
	}
	bodies := [2][]byte{p.body(10), p.body(11)} // each changes the other's value
	r, w := p.request(10), &discard{header: http.Header{}}
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		r.Body = io.NopCloser(bytes.NewReader(bodies[n%2]))
		if handler.ServeHTTP(w, r); w.status != http.StatusOK {
			b.Fatal(w.status)
		}
	}
}

func (p *patchBench) authenticate(b *testing.B) {
	r := p.request(0)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.verifier.Authenticate(r); err != nil {
			b.Fatal(err)
		}
	}
}

func (p *patchBench) validate(b *testing.B) {
	c, err := api.Contract()
	if err != nil {
		b.Fatal(err)
	}
	update := c.Operation("updateDeviceStatus")
	r, body := p.request(0), p.body(0)
	params := []contract.Param{{Name: "mobileAppId", Value: p.key.App}, {Name: "mobileAppInstallStatusId", Value: p.key.ID}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := update.Validate(r, params, body); err != nil {
			b.Fatal(err)
		}
	}
}

func (p *patchBench) update(b *testing.B, store status.Store) {
	if _, _, err := store.Update(b.Context(), tenantB, p.key, status.Patch{}, status.Cond{CreateIfMissing: true}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for n := int32(0); b.Loop(); n++ {
		if _, _, err := store.Update(b.Context(), tenantB, p.key, status.PatchOf(status.Status{ErrorCode: n}, "errorCode"), status.Cond{}); err != nil {
			b.Fatal(err)
		}
	}
}

func (p *patchBench) etag(b *testing.B) {
	s := status.New(p.key.ID)
	b.ReportAllocs()
	for b.Loop() {
		_ = s.ETag()
	}
}
