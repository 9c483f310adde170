package transfer

import "installstatus/server/transfer/container"

// OneLine escapes the control characters in a text, as container.OneLine does.
func OneLine(text string) string { return container.OneLine(text) }
