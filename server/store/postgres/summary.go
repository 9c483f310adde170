package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"installstatus/api/status"
)

// summarize counts an app's rows by state, and its users by the states of their rows.
func summarize(ctx context.Context, c *pgx.Conn, tenant, app string) (status.Summary, error) {
	s := status.Summary{App: app}
	err := c.QueryRow(ctx, summary, keyOf(tenant), keyOf(app)).Scan(
		&s.Devices.Installed, &s.Devices.Failed, &s.Devices.NotApplicable, &s.Devices.NotInstalled, &s.Devices.PendingInstall,
		&s.Users.Installed, &s.Users.Failed, &s.Users.NotApplicable, &s.Users.NotInstalled, &s.Users.PendingInstall,
	)
	if err != nil {
		return status.Summary{}, failure("summarizing statuses", err)
	}
	return s, nil
}

// summary does in SQL what status.SummaryOf does in Go.
const summary = `
SELECT
	COALESCE(SUM(installed), 0)::bigint, COALESCE(SUM(failed), 0)::bigint,
	COALESCE(SUM(not_applicable), 0)::bigint, COALESCE(SUM(not_installed), 0)::bigint, COALESCE(SUM(pending_install), 0)::bigint,
	COUNT(*) FILTER (WHERE user_status > '' AND installed = devices),
	COUNT(*) FILTER (WHERE user_status > '' AND failed > 0),
	COUNT(*) FILTER (WHERE user_status > '' AND not_applicable = devices),
	COUNT(*) FILTER (WHERE user_status > '' AND not_installed > 0),
	COUNT(*) FILTER (WHERE user_status > '' AND pending_install > 0 AND failed = 0)
FROM (
	SELECT
		user_status, COUNT(*) AS devices,
		COUNT(*) FILTER (WHERE install_state = 'installed') AS installed,
		COUNT(*) FILTER (WHERE install_state = 'failed') AS failed,
		COUNT(*) FILTER (WHERE install_state = 'notApplicable') AS not_applicable,
		COUNT(*) FILTER (WHERE install_state = 'notInstalled') AS not_installed,
		COUNT(*) FILTER (WHERE install_state = 'pendingInstall') AS pending_install
	FROM statuses WHERE tenant = $1 AND app = $2 GROUP BY user_status
) users`
