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
)

// MaxBody is the maximum size of a body in bytes, compressed and decompressed.
const MaxBody = 1 << 20

// usualBody is how many bytes are allocated at most for a body before it has arrived.
const usualBody = 64 << 10

// buffers has the buffers for bodies that are not in use.
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
			return nil, errContentCoding
		}
	}
	if r.ContentLength > MaxBody {
		return nil, &http.MaxBytesError{Limit: MaxBody}
	}
	if r.ContentLength > 0 {
		sent.Grow(min(int(r.ContentLength)+bytes.MinRead, usualBody))
	}
	body := io.Reader(http.MaxBytesReader(w, r.Body, MaxBody))
	start := body
	if r.ContentLength < 0 || r.ContentLength > usualBody {
		start = io.LimitReader(body, usualBody)
	}
	if _, err := sent.ReadFrom(start); err != nil {
		return nil, unreadBody(err)
	}
	if !bytes.HasPrefix(sent.Bytes(), []byte{0x1f, 0x8b}) {
		if _, err := sent.ReadFrom(body); err != nil {
			return nil, unreadBody(err)
		}
		return sent.Bytes(), nil
	}
	// The compressed body is not kept whole.
	unzip, err := gzip.NewReader(io.MultiReader(sent, body))
	if err != nil {
		return nil, unreadBody(err)
	}
	unzipped, err := io.ReadAll(io.LimitReader(unzip, MaxBody+1))
	if err != nil {
		return nil, unreadBody(err)
	}
	if len(unzipped) > MaxBody {
		return nil, &http.MaxBytesError{Limit: MaxBody}
	}
	return unzipped, nil
}

func unreadBody(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return tooLarge
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errRequestTimeout
	}
	return badRequest("The body could not be read: it is incomplete, or its gzip data is damaged.")
}
