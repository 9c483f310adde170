package columns

import (
	"database/sql/driver"
	"errors"

	"installstatus/api/status"
)

// Text is a status.Text as a driver scans into it and binds it.
func Text(t *status.Text) any { return text{t} }

type text struct{ *status.Text }

// Scan implements sql.Scanner.
func (t text) Scan(value any) error {
	switch value := value.(type) {
	case nil:
		*t.Text = status.Text{}
	case string:
		*t.Text = status.TextOf(value)
	default:
		return errors.New("a text column holds something else")
	}
	return nil
}

// Value implements driver.Valuer.
func (t text) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.Text.Value, nil
}
