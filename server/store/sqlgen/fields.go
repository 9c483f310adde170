package sqlgen

import (
	"database/sql/driver"
	"fmt"

	"installstatus/api/query"
	"installstatus/api/status"
)

// nullable scans and binds a status.Text.
type nullable struct{ *status.Text }

// Scan implements sql.Scanner.
func (t nullable) Scan(value any) error {
	if value == nil {
		*t.Text = status.Text{}
		return nil
	}
	text, err := textIn(value)
	*t.Text = status.TextOf(text)
	return err
}

// Value implements driver.Valuer.
func (t nullable) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.Text.Value, nil
}

// sentText scans and binds the text of a date and time as it was sent.
type sentText struct{ *query.DateTime }

// Scan implements sql.Scanner.
func (d sentText) Scan(value any) error {
	text, err := textIn(value)
	*d.DateTime = query.Stored(text, d.Instant())
	return err
}

// Value implements driver.Valuer.
func (d sentText) Value() (driver.Value, error) { return d.String(), nil }

// instantText scans and binds the instant of a date and time.
type instantText struct{ *query.DateTime }

// Scan implements sql.Scanner.
func (d instantText) Scan(value any) error {
	text, err := textIn(value)
	*d.DateTime = query.Stored(d.String(), text)
	return err
}

// Value implements driver.Valuer.
func (d instantText) Value() (driver.Value, error) { return d.Instant(), nil }

func textIn(value any) (string, error) {
	text, ok := value.(string)
	if !ok {
		return "", fmt.Errorf("a text column has a value of type %T", value)
	}
	return text, nil
}
