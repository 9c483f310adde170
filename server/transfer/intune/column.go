package intune

import "strings"

// Column is a column of a report, or a member of an entity in PascalCase. Its number is its place in Cells.
type Column int

// The columns that are read. ApplicationID, InstallState, InstallStateDetail and ErrorCode are not documented, but exported if no
// columns are selected. InstallState and InstallStateDetail always contain codes. AppInstallState and AppInstallStateDetails contain
// the same codes, or texts if the export used localizationType ReplaceLocalizableValues. A name that ends in _loc is that of a
// column with translated texts.
const (
	DeviceID Column = iota
	ApplicationID
	DeviceName
	UserName
	UserPrincipalName
	Platform
	AppVersion
	LastModifiedDateTime
	InstallState
	AppInstallState
	InstallStateLoc
	AppInstallStateLoc
	InstallStateDetail
	AppInstallStateDetails
	HexErrorCode
	ErrorCode

	ID // from here on, those that only entities have
	MobileAppID
	UserStatusID
	LastSyncDateTime
	MobileAppInstallStatusValue
	OSVersion
	OSDescription
	DisplayVersion

	numColumns
	None Column = -1 // not a column that is read
)

// names has the name of each column, and what an entity of the API calls it, if it has it.
var names = [numColumns]struct{ report, entity string }{
	DeviceID:                    {"DeviceId", "deviceId"},
	ApplicationID:               {"ApplicationId", ""},
	DeviceName:                  {"DeviceName", "deviceName"},
	UserName:                    {"UserName", "userName"},
	UserPrincipalName:           {"UserPrincipalName", "userPrincipalName"},
	Platform:                    {"Platform", ""},
	AppVersion:                  {"AppVersion", ""},
	LastModifiedDateTime:        {"LastModifiedDateTime", ""},
	InstallState:                {"InstallState", "installState"},
	AppInstallState:             {"AppInstallState", ""},
	InstallStateLoc:             {"InstallState_loc", ""},
	AppInstallStateLoc:          {"AppInstallState_loc", ""},
	InstallStateDetail:          {"InstallStateDetail", "installStateDetail"},
	AppInstallStateDetails:      {"AppInstallStateDetails", ""},
	HexErrorCode:                {"HexErrorCode", ""},
	ErrorCode:                   {"ErrorCode", "errorCode"},
	ID:                          {"Id", "id"},
	MobileAppID:                 {"MobileAppId", "mobileAppId"},
	UserStatusID:                {"UserAppInstallStatusId", "userAppInstallStatusId"},
	LastSyncDateTime:            {"LastSyncDateTime", "lastSyncDateTime"},
	MobileAppInstallStatusValue: {"MobileAppInstallStatusValue", "mobileAppInstallStatusValue"},
	OSVersion:                   {"OSVersion", "osVersion"},
	OSDescription:               {"OSDescription", "osDescription"},
	DisplayVersion:              {"DisplayVersion", "displayVersion"},
}

// byName has each column under its folded name and, to find these fast, under its usual ones.
var byName = columnsByName()

func columnsByName() map[string]Column {
	columns := make(map[string]Column, 3*numColumns)
	for c, name := range names {
		columns[fold(name.report)], columns[name.report] = Column(c), Column(c)
		if name.entity != "" {
			columns[name.entity] = Column(c)
		}
	}
	return columns
}

// ColumnOf returns the column with this name, in any case, with or without blanks, underscores and hyphens, or None.
func ColumnOf(name string) Column {
	if c, known := byName[name]; known {
		return c
	}
	if c, known := byName[fold(name)]; known {
		return c
	}
	return None
}

// String returns the name of the column in reports.
func (c Column) String() string { return names[c].report }

// Member returns the name of the column in entities of the API, or "" if only reports have it.
func (c Column) Member() string { return names[c].entity }

// OfEntitiesOnly reports whether no report has the column. A row with such a column is an entity.
func (c Column) OfEntitiesOnly() bool { return c >= ID }

// OfReportsOnly reports whether no entity has the column.
func (c Column) OfReportsOnly() bool { return c.Member() == "" }

// GivesState reports whether the column can say the state of a row.
func (c Column) GivesState() bool {
	return c >= InstallState && c <= AppInstallStateLoc || c == MobileAppInstallStatusValue
}

// fold returns the form in which two names of the same column are equal.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ', r == '_', r == '-', r == '\t', r == '\u00a0', r == '\ufeff':
			return -1
		case 'A' <= r && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, name)
}
