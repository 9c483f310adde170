package recipe

const (
	contract  = "openapi.yaml"
	status    = "api/status/status.go"
	patch     = "api/status/patch.go"
	reference = "        displayVersion: {$ref: '#/components/schemas/DisplayVersion'}\n"
	added     = "        serialNumber: {$ref: '#/components/schemas/SerialNumber'}\n"
)

var (
	patched = test("api/status", "TestEveryPropertyCanBePatchedAndChangesTheTag")
	shown   = test("api", "TestTheContractsExamplesAreWhatIsAnswered")
	sent    = test("api", "TestEveryPropertyOfTheContractCanBePatched")
)

// propertyEdits add the nullable string serialNumber.
var propertyEdits = []edit{
	behind(1, "schema `SerialNumber`", contract, "      example: Display Version value\n      x-order: 14\n", `    SerialNumber:
      type: string
      description: Serial number of the device
      nullable: true
      maxLength: 8192
      example: Serial Number value
      x-order: 15
`, build, "SerialNumber"),
	behind(1, "`required`", contract, "        - displayVersion\n", "        - serialNumber\n", sent, "serialNumber"),
	{1, "`MobileAppInstallStatus`", contract, reference + "    MobileAppInstallStatusInput:\n", reference + added + "    MobileAppInstallStatusInput:\n", build, "SerialNumber"},
	{1, "`SelectedMobileAppInstallStatus`", contract, reference + "    MobileAppInstallStatus:\n", reference + added + "    MobileAppInstallStatus:\n", test("api", "TestASelectionIsOfTheEntitysProperties"), "serialNumber"},
	{1, "`MobileAppInstallStatusInput`", contract, reference + "    UserAppInstallStatusCollectionResponse:\n", reference + added + "    UserAppInstallStatusCollectionResponse:\n", sent, "serialNumber"},
	{1, "`page`", contract, "            displayVersion: Display Version value\n    status:\n", "            displayVersion: Display Version value\n            serialNumber: null\n    status:\n", shown, "serialNumber"},
	{1, "`status`", contract, "        displayVersion: Display Version value\n    userPage:\n", "        displayVersion: Display Version value\n        serialNumber: null\n    userPage:\n", sent, "serialNumber"},

	behind(2, "`Status`", status, "	DisplayVersion              Text\n", "	SerialNumber                Text\n", build, "SerialNumber"),
	behind(2, "`Property`", status, "	PropertyDisplayVersion              Property = \"displayVersion\"\n", "	PropertySerialNumber                Property = \"serialNumber\"\n", build, "PropertySerialNumber"),
	behind(2, "`Properties`", status, "		PropertyDisplayVersion,\n", "		PropertySerialNumber,\n", patched, "SerialNumber"),
	behind(2, "`Value`", status, "		return s.DisplayVersion.value()\n", "	case PropertySerialNumber:\n		return s.SerialNumber.value()\n", patched, "SerialNumber"),

	behind(3, "`Patch`", patch, "	DisplayVersion              Field[Text]\n", "	SerialNumber                Field[Text]\n", build, "SerialNumber"),
	behind(3, "`Text`", patch, "		return &p.DisplayVersion\n", "	case PropertySerialNumber:\n		return &p.SerialNumber\n", test("api/status", "TestEveryNullableStringIsATextOfAPatch"), "SerialNumber"),
	behind(3, "`Whole`", patch, "		DisplayVersion:              Set(s.DisplayVersion),\n", "		SerialNumber:                Set(s.SerialNumber),\n", patched, "SerialNumber"),
	behind(3, "`Apply`", patch, "	p.DisplayVersion.apply(&s.DisplayVersion)\n", "	p.SerialNumber.apply(&s.SerialNumber)\n", patched, "SerialNumber"),

	{4, "`appendContent`", "api/status/etag.go", "	return appendText(content, s.DisplayVersion)\n", `	content = appendText(content, s.DisplayVersion)
	if s.SerialNumber.Valid {
		content = appendText(appendString(content, "serialNumber"), s.SerialNumber)
	}
	return content
`, patched, "SerialNumber"},

	behind(5, "`entityOf`", "api/statuses.go", "		DisplayVersion:              stringOf(&s.DisplayVersion),\n", "		SerialNumber:                stringOf(&s.SerialNumber),\n", sent, "serialNumber"),

	behind(6, "`columns`", "server/store/columns/columns.go",
		"	nullable(\"display_version\", status.PropertyDisplayVersion, func(r *Row) *status.Text { return &r.DisplayVersion }),\n",
		"	nullable(\"serial_number\", status.PropertySerialNumber, func(r *Row) *status.Text { return &r.SerialNumber }),\n",
		test("server/store/columns", "TestEveryFieldOfARowHasAColumn"), "SerialNumber"),

	{7, "migration", "server/store/sqlite/migrations/00099_serial_number.sql", "",
		"-- +goose Up\nALTER TABLE statuses ADD COLUMN serial_number TEXT;\n",
		test("server/store/sqlite", "TestAnUnchangedStatusIsNotWritten"), "serial_number"},

	{8, "one there too", "server/store/postgres/migrations/00099_serial_number.sql", "",
		"-- +goose Up\nALTER TABLE statuses ADD COLUMN serial_number text;\n",
		test("server/store/postgres", "TestEveryColumnStandsInAMigration"), "serial_number"},
	{8, "`text COLLATE \"C\"`", "server/store/postgres/migrations/00099_serial_number.sql", "text;", "text COLLATE \"C\";",
		test("server/store/postgres", "TestTextComparesByItsBytesInEveryDatabase"), "serial_number"},

	behind(9, "label", "server/web/page/detail.js", "  displayVersion: 'App version',\n", "  serialNumber: 'Serial number',\n",
		test("server/web", "TestThePageHasALabelForEveryPropertyThatCanBePatched"), "serialNumber"),
}
