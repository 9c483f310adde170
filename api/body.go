package api

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"

	"installstatus/api/contract"
)

// MaxBody is how many bytes a body may have, compressed and decompressed.
const MaxBody = 1 << 20

// usualBody is how much memory, in bytes, a body gets before it has come.
const usualBody = 64 << 10

// buffers holds the buffers for bodies that are not in use.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func giveBack(buffer *bytes.Buffer) {
	if buffer.Cap() <= usualBody {
		buffer.Reset()
		buffers.Put(buffer)
	}
}

// readBody reads a request's body into an empty buffer, and decompresses it. Rule 17.
//
// It looks at the bytes to see whether they are gzip: retries of Microsoft's Go SDK send Content-Encoding: gzip with a body
// that is not compressed.
func readBody(sent *bytes.Buffer, w http.ResponseWriter, r *http.Request) ([]byte, error) {
	for _, line := range r.Header.Values("Content-Encoding") {
		if coding := strings.ToLower(strings.TrimSpace(line)); coding != "gzip" && coding != "x-gzip" && coding != "identity" && coding != "" {
			return nil, &Error{
				Status: http.StatusUnsupportedMediaType, Code: "UnsupportedMediaType",
				Message: "The body has a content coding that is not supported. Send it with gzip, or without any.",
				Header:  map[string]string{"Accept-Encoding": "gzip, identity"},
			}
		}
	}
	if r.ContentLength > MaxBody {
		return nil, &http.MaxBytesError{Limit: MaxBody}
	}
	if r.ContentLength > 0 {
		sent.Grow(min(int(r.ContentLength)+bytes.MinRead, usualBody))
	}
	if _, err := sent.ReadFrom(http.MaxBytesReader(w, r.Body, MaxBody)); err != nil {
		return nil, unreadBody(err)
	}
	if !bytes.HasPrefix(sent.Bytes(), []byte{0x1f, 0x8b}) {
		return sent.Bytes(), nil
	}
	unzip, err := gzip.NewReader(sent)
	if err != nil {
		return nil, unreadBody(err)
	}
	body, err := io.ReadAll(io.LimitReader(unzip, MaxBody+1))
	if err != nil {
		return nil, unreadBody(err)
	}
	if len(body) > MaxBody {
		return nil, &http.MaxBytesError{Limit: MaxBody}
	}
	return body, nil
}

func unreadBody(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return tooLarge
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &Error{
			Status: http.StatusRequestTimeout, Code: "RequestTimeout",
			Message: "The body did not come in time. Send the request again, at once and whole.",
		}
	}
	return badRequest("The body could not be read: it ends too early, or its gzip data is broken.")
}

// ValidateBody is how a request of the operation would fare by its body alone, but for what depends on the path. An error is a
// *contract.Invalid, unless the operation takes no body.
func ValidateBody(operation *contract.Operation, body []byte) error {
	value, err := operation.ValidateBody(body)
	if err == nil && operation.ID == "batch" {
		_, err = batchOf(value)
	}
	return err
}
