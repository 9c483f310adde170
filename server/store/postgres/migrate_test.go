package postgres

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"installstatus/server/store/sqlgen"
)

// These tests need no database, so they find a mistake on every machine, whatever the collation of its databases.

func TestEveryColumnStandsInAMigration(t *testing.T) {
	text := " " + strings.Join(strings.Fields(migrationsText(t)), " ") + " "
	for _, name := range sqlgen.RowNames() {
		if !strings.Contains(text, " "+name+" ") {
			t.Errorf("no migration has the column %s", name)
		}
	}
}

func TestTextComparesByItsBytesInEveryDatabase(t *testing.T) {
	textColumn := regexp.MustCompile(`(?i)(\w+)\s+(?:text|varchar|character varying|char|character)\b([^,;]*)`)
	found := textColumn.FindAllStringSubmatch(migrationsText(t), -1)
	if len(found) == 0 {
		t.Fatal("no migration has a column of text")
	}
	for _, column := range found {
		if name, definition := column[1], column[2]; !strings.Contains(definition, `COLLATE "C"`) {
			t.Errorf(`the column %s is not COLLATE "C"`, name)
		}
	}
}

// migrationsText returns all migrations without their comments.
func migrationsText(t *testing.T) string {
	t.Helper()
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var text strings.Builder
	for _, file := range files {
		migration, err := migrations.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(migration)
	}
	return regexp.MustCompile(`--.*`).ReplaceAllString(text.String(), "")
}
