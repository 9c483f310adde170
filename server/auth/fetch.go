package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
)

const maxRedirects = 3

// unanswered is the failure of an issuer that may answer later.
type unanswered struct{ error }

func (u unanswered) Unwrap() error { return u.error }

// errRedirect means that an issuer redirects in a way that is not allowed. A retry would not help.
var errRedirect = errors.New("it redirects more than three times, or to a URL that is not https")

func newClient(transport http.RoundTripper) *http.Client {
	return &http.Client{Transport: transport, CheckRedirect: func(next *http.Request, via []*http.Request) error {
		if len(via) > maxRedirects || !mayLead(via[len(via)-1].URL, next.URL) {
			return errRedirect
		}
		return nil
	}}
}

// get reads a document of up to maxKeySet bytes.
func (d *Discovery) get(ctx context.Context, address *url.URL) (text []byte, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("GET %s: %w", address, err)
		}
	}()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	response, err := d.client.Do(request)
	if errors.Is(err, errRedirect) {
		return nil, errRedirect
	}
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err // the wrapper's text repeats the address
		}
		return nil, unanswered{err}
	}
	defer func() { _ = response.Body.Close() }()
	switch code := response.StatusCode; {
	case code == http.StatusTooManyRequests, code >= http.StatusInternalServerError:
		return nil, unanswered{fmt.Errorf("the answer is %d", code)}
	case code != http.StatusOK:
		return nil, fmt.Errorf("the answer is %d", code)
	}
	if text, err = io.ReadAll(io.LimitReader(response.Body, maxKeySet+1)); err != nil {
		return nil, unanswered{err}
	}
	if len(text) > maxKeySet {
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxKeySet)
	}
	return text, nil
}
