package sqlite

import (
	"context"

	"installstatus/api/status"
)

// summary counts an app's rows by state, and its users by the states of their rows.
func (c *connection) summary(ctx context.Context, tenant, app string) (status.Summary, error) {
	statement, err := c.statement(ctx, summarize)
	if err != nil {
		return status.Summary{}, err
	}
	s := status.Summary{App: app}
	err = statement.QueryRowContext(ctx, tenant, app).Scan(
		&s.Devices.Installed, &s.Devices.Failed, &s.Devices.NotApplicable, &s.Devices.NotInstalled, &s.Devices.PendingInstall,
		&s.Users.Installed, &s.Users.Failed, &s.Users.NotApplicable, &s.Users.NotInstalled, &s.Users.PendingInstall,
	)
	if err != nil {
		return status.Summary{}, failure("summarizing statuses", err)
	}
	return s, nil
}

// summarize does in SQL what status.SummaryOf does in Go. Most devices have their app installed. So the query counts all rows by the
// index on user_status, sorts only the others by user, and gets the installed ones by subtraction. The + keeps SQLite from reading
// the rows in the order of the index, since reading them in their own order and sorting those needed is several times as fast.
const summarize = `
WITH
	place AS (SELECT number FROM apps WHERE tenant = ? AND app = ?),
	users AS (
		SELECT
			user_status, COUNT(*) AS not_yet_installed,
			COUNT(*) FILTER (WHERE install_state = 'failed') AS failed,
			COUNT(*) FILTER (WHERE install_state = 'notApplicable') AS not_applicable,
			COUNT(*) FILTER (WHERE install_state = 'notInstalled') AS not_installed,
			COUNT(*) FILTER (WHERE install_state = 'pendingInstall') AS pending_install
		FROM statuses WHERE app = (SELECT number FROM place) AND install_state <> 'installed' GROUP BY +user_status
	)
SELECT
	(SELECT COUNT(*) FROM statuses WHERE app = (SELECT number FROM place)) - COALESCE(SUM(not_yet_installed), 0), COALESCE(SUM(failed), 0),
	COALESCE(SUM(not_applicable), 0), COALESCE(SUM(not_installed), 0), COALESCE(SUM(pending_install), 0),
	(SELECT COUNT(DISTINCT user_status) FROM statuses WHERE app = (SELECT number FROM place) AND user_status > '') - COUNT(*) FILTER (WHERE user_status > ''),
	COUNT(*) FILTER (WHERE user_status > '' AND failed > 0),
	COUNT(*) FILTER (WHERE user_status > '' AND not_applicable = not_yet_installed AND not_applicable = (
		SELECT COUNT(*) FROM statuses WHERE app = (SELECT number FROM place) AND user_status = users.user_status
	)),
	COUNT(*) FILTER (WHERE user_status > '' AND not_installed > 0),
	COUNT(*) FILTER (WHERE user_status > '' AND pending_install > 0 AND failed = 0)
FROM users`
