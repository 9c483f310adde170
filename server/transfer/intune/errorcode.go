package intune

import "installstatus/server/errorcodes"

// parseErrorCode parses an error code. An empty cell is 0, which means no error.
func parseErrorCode(text string) (code int32, reason string) {
	if text == "" {
		return 0, ""
	}
	code, err := errorcodes.Parse(text)
	if err != nil {
		return 0, err.Error()
	}
	return code, ""
}
