package postgres

import (
	"io/fs"
	"strings"
	"testing"

	"installstatus/server/store/columns"
)

// It needs no database, so that a column without a migration is found on every machine.
func TestEveryColumnStandsInAMigration(t *testing.T) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var words []string
	for _, file := range files {
		text, err := migrations.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		words = append(words, strings.Fields(string(text))...)
	}
	text := " " + strings.Join(words, " ") + " "
	for _, name := range columns.All.Names() {
		if !strings.Contains(text, " "+name+" ") {
			t.Errorf("no migration has the column %s", name)
		}
	}
}
