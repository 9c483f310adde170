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

// readBody reads a request's body into an empty buffer, and decompresses it. It calls reserve with the greatest length that the body
// may have before it reads so much. Rule 17.
//
// It looks at the bytes to see whether they are gzip: retries of Microsoft's Go SDK send Content-Encoding: gzip with a body
// that is not compressed.
func readBody(sent *bytes.Buffer, w http.ResponseWriter, r *http.Request, reserve func(length int64) error) ([]byte, error) {
	for _, line := range r.Header.Values("Content-Encoding") {
		if coding := strings.ToLower(strings.TrimSpace(line)); coding != "gzip" && coding != "x-gzip" && coding != "identity" && coding != "" {
			return nil, errContentCoding
		}
	}
	if r.ContentLength > MaxBody {
		return nil, &http.MaxBytesError{Limit: MaxBody}
	}
	length := r.ContentLength
	if length < 0 {
		length = usualBody
	}
	if err := reserve(length); err != nil {
		return nil, err
	}
	sent.Grow(min(int(max(r.ContentLength, 0))+bytes.MinRead, usualBody))
	body := io.Reader(http.MaxBytesReader(w, r.Body, MaxBody))
	start := body
	if length != r.ContentLength || length > usualBody {
		start = io.LimitReader(body, usualBody)
	}
	if _, err := sent.ReadFrom(start); err != nil {
		return nil, unreadBody(err)
	}
	if !bytes.HasPrefix(sent.Bytes(), []byte{0x1f, 0x8b}) {
		if err := readRest(sent, body, r.ContentLength, reserve); err != nil {
			return nil, err
		}
		return sent.Bytes(), nil
	}
	// The compressed body is not kept whole.
	unzip, err := gzip.NewReader(io.MultiReader(sent, body))
	if err != nil {
		return nil, unreadBody(err)
	}
	unzipped := new(bytes.Buffer)
	if _, err := unzipped.ReadFrom(io.LimitReader(unzip, usualBody)); err != nil {
		return nil, unreadBody(err)
	}
	if err := readRest(unzipped, io.LimitReader(unzip, MaxBody+1-usualBody), -1, reserve); err != nil {
		return nil, err
	}
	if unzipped.Len() > MaxBody {
		return nil, &http.MaxBytesError{Limit: MaxBody}
	}
	return unzipped.Bytes(), nil
}

// readRest reads what follows the first usualBody bytes of a body of the length, -1 if it is unknown.
func readRest(start *bytes.Buffer, rest io.Reader, length int64, reserve func(int64) error) error {
	if start.Len() < usualBody {
		return nil
	}
	if length < 0 {
		if err := reserve(MaxBody); err != nil {
			return err
		}
	}
	_, err := start.ReadFrom(rest)
	return unreadBody(err)
}

func unreadBody(err error) error {
	if err == nil {
		return nil
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return tooLarge
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return errRequestTimeout
	}
	return badRequest("The body could not be read: it is incomplete, or its gzip data is damaged.")
}
