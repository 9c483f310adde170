package recipe

const (
	contract  = "openapi.yaml"
	status    = "api/status/status.go"
	reference = "        displayVersion: {$ref: '#/components/schemas/DisplayVersion'}\n"
	added     = "        serialNumber: {$ref: '#/components/schemas/SerialNumber'}\n"
)

var (
	tables = test("api", "TestTheTablesOfPropertiesAreTheContracts")
	shown  = test("api", "TestTheContractsExamplesAreWhatIsAnswered")
	sent   = test("api", "TestEveryPropertyOfTheContractCanBePatched")
)

// propertyEdits add the nullable string serialNumber.
var propertyEdits = []edit{
	after(1, "schema `SerialNumber`", contract, "      example: Display Version value\n      x-order: 14\n", `    SerialNumber:
      type: string
      description: Serial number of the device
      nullable: true
      maxLength: 8192
      example: Serial Number value
      x-order: 15
`, build, "SerialNumber"),
	after(1, "`required`", contract, "        - displayVersion\n", "        - serialNumber\n", tables, "serialNumber"),
	{1, "`MobileAppInstallStatus`", contract, reference + "    MobileAppInstallStatusInput:\n", reference + added + "    MobileAppInstallStatusInput:\n", tables, "serialNumber"},
	{1, "`SelectedMobileAppInstallStatus`", contract, reference + "    MobileAppInstallStatus:\n", reference + added + "    MobileAppInstallStatus:\n", test("api", "TestASelectionIsOfTheEntitysProperties"), "serialNumber"},
	{1, "`MobileAppInstallStatusInput`", contract, reference + "    UserAppInstallStatusCollectionResponse:\n", reference + added + "    UserAppInstallStatusCollectionResponse:\n", sent, "serialNumber"},
	{1, "`page`", contract, "            displayVersion: Display Version value\n    count:\n", "            displayVersion: Display Version value\n            serialNumber: null\n    count:\n", shown, "serialNumber"},
	{1, "`status`", contract, "        displayVersion: Display Version value\n    userPage:\n", "        displayVersion: Display Version value\n        serialNumber: null\n    userPage:\n", sent, "serialNumber"},

	after(2, "`Status`", status, "	DisplayVersion              Text\n", "	SerialNumber                Text\n", build, "SerialNumber"),
	after(2, "`Properties`", status,
		"	of(\"displayVersion\", \"display_version\", text, func(s *Status) *Text { return &s.DisplayVersion }),\n",
		"	of(\"serialNumber\", \"serial_number\", text, func(s *Status) *Text { return &s.SerialNumber }),\n",
		test("api/status", "TestEveryFieldHasARowInItsTable"), "SerialNumber"),

	{3, "migration", "server/store/sqlite/migrations/00099_serial_number.sql", "",
		"-- +goose Up\nALTER TABLE statuses ADD COLUMN serial_number TEXT;\n",
		test("server/store/sqlite", "TestAnUnchangedStatusIsNotWritten"), "serial_number"},

	{4, "same migration", "server/store/postgres/migrations/00099_serial_number.sql", "",
		"-- +goose Up\nALTER TABLE statuses ADD COLUMN serial_number text;\n",
		test("server/store/postgres", "TestEveryColumnStandsInAMigration"), "serial_number"},
	{4, "`text COLLATE \"C\"`", "server/store/postgres/migrations/00099_serial_number.sql", "text;", "text COLLATE \"C\";",
		test("server/store/postgres", "TestTextComparesByItsBytesInEveryDatabase"), "serial_number"},
}
