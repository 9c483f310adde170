package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"installstatus/api/status"
	"installstatus/server/transfer"
)

type appsCommand struct {
	storeFlags `embed:"" set:"engines=sqlite:FILE or postgres://USER@HOST:PORT/DATABASE (the password may be in PGPASSWORD or ~/.pgpass)"`

	Tenant string `help:"List only the apps of this tenant (tid)." placeholder:"ID"`
	JSON   bool   `name:"json" help:"Print one JSON object per line."`
}

func (appsCommand) Help() string {
	return `Lists the apps that have device statuses, of all tenants or of one, sorted by tenant and then by app: the number of device
statuses of each and the latest lastSyncDateTime among them, "never" if no device has synced. With --json, each line is an
object with tenant, mobileAppId, deviceStatusCount and lastSyncDateTime. Counting takes about a second per million statuses.

Examples:
  installstatus apps
  installstatus apps --db postgres://me@db.example/installstatus --tenant 0f0e...
  installstatus apps --json | jq -r .mobileAppId`
}

// tenantLister is what an engine offers to operators. It is not part of status.Store, so that the API cannot reach it.
type tenantLister interface {
	Tenants(ctx context.Context, after string, limit int) ([]string, error)
}

// Run lists the apps.
func (c appsCommand) Run(ctx context.Context, to terminal) (err error) {
	if c.Tenant != "" {
		if err := checkTenant(c.Tenant); err != nil {
			return err
		}
	}
	store, err := c.openToRead(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	print, end := appTable(to.out)
	if c.JSON {
		print, end = appLines(to.out)
	}
	return errors.Join(c.each(ctx, store, print), end())
}

func (c appsCommand) each(ctx context.Context, store status.Store, print func(tenant string, app status.App) error) error {
	if c.Tenant != "" {
		return appsOf(ctx, store, c.Tenant, print)
	}
	lister, ok := store.(tenantLister)
	if !ok {
		return usageError{errors.New("--db cannot list its tenants; name one with --tenant")}
	}
	const some = 100
	for after := ""; ; {
		tenants, err := lister.Tenants(ctx, after, some)
		if err != nil {
			return err
		}
		for _, tenant := range tenants {
			if err := appsOf(ctx, store, tenant, print); err != nil {
				return err
			}
			after = tenant
		}
		if len(tenants) < some {
			return nil
		}
	}
}

func appsOf(ctx context.Context, store status.Store, tenant string, print func(tenant string, app status.App) error) error {
	for q := (status.AppQuery{Limit: 1, Sizes: true}); ; { // one at a time, since counting an app may take as long as a query may
		page, err := store.Apps(ctx, tenant, q)
		if err != nil {
			return err
		}
		for _, app := range page.Rows {
			if err := print(tenant, app); err != nil {
				return err
			}
			q.After = app.ID
		}
		if !page.More {
			return nil
		}
	}
}

// appTable prints apps in aligned columns for people.
func appTable(to io.Writer) (print func(tenant string, app status.App) error, end func() error) {
	table := tabwriter.NewWriter(to, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "TENANT\tAPP\tDEVICE STATUSES\tLAST SYNC")
	return func(tenant string, app status.App) error {
		last := app.LastSyncDateTime.String()
		if app.LastSyncDateTime.Instant() == status.NeverSynced.Instant() {
			last = "never"
		}
		_, err := fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", transfer.OneLine(tenant), transfer.OneLine(app.ID), app.DeviceStatusCount, last)
		return err
	}, table.Flush
}

// appLines prints apps as JSON objects for programs.
func appLines(to io.Writer) (print func(tenant string, app status.App) error, end func() error) {
	encoder := json.NewEncoder(to)
	encoder.SetEscapeHTML(false)
	return func(tenant string, app status.App) error {
		return encoder.Encode(struct {
			Tenant            string `json:"tenant"`
			App               string `json:"mobileAppId"`
			DeviceStatusCount int32  `json:"deviceStatusCount"`
			LastSyncDateTime  string `json:"lastSyncDateTime"`
		}{tenant, app.ID, app.DeviceStatusCount, app.LastSyncDateTime.String()})
	}, func() error { return nil }
}
