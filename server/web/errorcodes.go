package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"

	"installstatus/server/errorcodes"
)

// explanation is what the page shows of an error code.
type explanation struct {
	Meaning string `json:"meaning"`
	Action  string `json:"action"`
}

// errorCodesFile returns the known error codes as compressed JSON, by their hexadecimal form.
func errorCodesFile() ([]byte, error) {
	known := make(map[string]explanation)
	for number, code := range errorcodes.All() {
		known[errorcodes.Hex(number)] = explanation{code.Meaning, code.Action}
	}
	var file bytes.Buffer
	compressed := gzip.NewWriter(&file)
	err := errors.Join(json.NewEncoder(compressed).Encode(known), compressed.Close())
	return file.Bytes(), err
}

// addErrorCodes adds the known error codes, which the page's scripts read.
func (s site) addErrorCodes(target string) error {
	body, err := errorCodesFile()
	if err != nil {
		return err
	}
	s.files[target] = newFile(target+".gz", body, pagePolicy)
	return nil
}
