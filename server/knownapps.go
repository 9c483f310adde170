package main

import (
	"context"
	"fmt"
	"strings"

	"installstatus/api/contract"
	"installstatus/api/query"
	"installstatus/api/status"
	"installstatus/server/transfer"
)

// knownApps describes the apps of a tenant for a message about another one, "" for none: the one that was probably meant, and up to
// ten.
func knownApps(ctx context.Context, store status.Store, tenant, other string) (string, error) {
	const shown, compared = 10, 1000
	page, err := store.Apps(ctx, tenant, status.AppQuery{Limit: compared, Count: true})
	if err != nil {
		return "", err
	}
	var ids []string
	for _, app := range page.Rows {
		ids = append(ids, app.ID)
	}
	if len(ids) == 0 {
		return "the tenant has no apps", nil
	}
	var text strings.Builder
	if meant := contract.Nearest(other, ids); other != "" && meant != "" {
		fmt.Fprintf(&text, "did you mean %s? ", transfer.OneLine(meant))
	}
	list := transfer.OneLine(strings.Join(ids[:min(shown, len(ids))], ", "))
	if page.Count > shown {
		fmt.Fprintf(&text, "the tenant has %d apps, such as %s; installstatus apps lists all", page.Count, list)
	} else {
		fmt.Fprintf(&text, "the tenant has %s: %s", numberOf(page.Count, "app"), list)
	}
	return text.String(), nil
}

// noteKnownApps prints the apps that --app could name, if the database can say so.
func (i importing) noteKnownApps(ctx context.Context) {
	store, err := i.openToRead(ctx)
	if err != nil {
		return
	}
	defer store.Close()
	if known, err := knownApps(ctx, store, i.Tenant, ""); err == nil {
		fmt.Fprintf(i.to.err, "note: --app ID names the app of such rows; %s\n", known)
	}
}

// noteNewApp prints a note if the tenant has apps, but not the one that --app names, since that may be a mistake.
func (i importing) noteNewApp(ctx context.Context, store status.Store) error {
	app := status.CanonicalApp(i.App)
	if app == "" {
		return nil
	}
	page, err := store.List(ctx, i.Tenant, status.Query{App: app, Query: query.Query{Limit: 1}})
	if err != nil || len(page.Rows) > 0 {
		return err
	}
	some, err := store.Apps(ctx, i.Tenant, status.AppQuery{Limit: 1})
	if err != nil || len(some.Rows) == 0 {
		return err
	}
	known, err := knownApps(ctx, store, i.Tenant, app)
	if err == nil {
		fmt.Fprintf(i.to.err, "note: %s is a new app; %s\n", transfer.OneLine(app), known)
	}
	return err
}
