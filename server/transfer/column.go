package transfer

import (
	"strconv"

	"installstatus/api"
	"installstatus/api/status"
	"installstatus/server/csv"
)

// column is a column of CSV as Writer writes it, named as the member of an entity in JSON. Null is an empty cell, an empty
// string is "".
type column struct {
	name     string
	nullable bool
	number   bool
	cell     func(app string, row *status.Row) csv.Cell
}

var columns = []column{
	{name: api.MemberApp, cell: func(app string, _ *status.Row) csv.Cell { return csv.Cell{Text: app} }},
	{name: api.MemberUser, nullable: true, cell: func(_ string, row *status.Row) csv.Cell { return csv.Cell{Text: row.User} }},
	{name: "id", cell: func(_ string, row *status.Row) csv.Cell { return csv.Cell{Text: row.ID} }},
	textColumn("deviceName", func(row *status.Row) status.Text { return row.DeviceName }),
	textColumn("deviceId", func(row *status.Row) status.Text { return row.DeviceID }),
	{name: "lastSyncDateTime", cell: func(_ string, row *status.Row) csv.Cell { return csv.Cell{Text: row.LastSyncDateTime.String()} }},
	{name: "mobileAppInstallStatusValue", cell: func(_ string, row *status.Row) csv.Cell {
		return csv.Cell{Text: string(row.MobileAppInstallStatusValue)}
	}},
	{name: "installState", cell: func(_ string, row *status.Row) csv.Cell { return csv.Cell{Text: string(row.InstallState)} }},
	{name: "installStateDetail", cell: func(_ string, row *status.Row) csv.Cell { return csv.Cell{Text: string(row.InstallStateDetail)} }},
	{name: "errorCode", number: true, cell: func(_ string, row *status.Row) csv.Cell { return csv.Cell{Text: strconv.Itoa(int(row.ErrorCode))} }},
	textColumn("osVersion", func(row *status.Row) status.Text { return row.OSVersion }),
	textColumn("osDescription", func(row *status.Row) status.Text { return row.OSDescription }),
	textColumn("userName", func(row *status.Row) status.Text { return row.UserName }),
	textColumn("userPrincipalName", func(row *status.Row) status.Text { return row.UserPrincipalName }),
	textColumn("displayVersion", func(row *status.Row) status.Text { return row.DisplayVersion }),
}

func textColumn(name string, text func(*status.Row) status.Text) column {
	return column{name: name, nullable: true, cell: func(_ string, row *status.Row) csv.Cell {
		t := text(row)
		return csv.Cell{Text: t.Value, Quoted: t.Valid && t.Value == ""}
	}}
}

// columnNamed is the column of that name, nil if there is none.
func columnNamed(name string) *column {
	for i := range columns {
		if columns[i].name == name {
			return &columns[i]
		}
	}
	return nil
}
