package conformance

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"strconv"
	"strings"
	"testing"
)

// fault is an error that a proxy between a tool and the server introduces.
type fault struct {
	name    string
	request func(s server, r *http.Request) // changes what the server receives
	answer  func(response *http.Response)   // changes what the tool receives
	entity  func(entity map[string]any)     // changes the entity that the tool receives

	says     string // Schemathesis's name for it, "" if it is not run
	stateful bool   // needs a sequence of requests
	prism    bool   // Prism must find it
}

var faults = []fault{
	{name: "a status that is not declared", says: "ST103 Undocumented status code", prism: true, answer: func(response *http.Response) {
		if response.StatusCode == http.StatusOK {
			response.StatusCode = http.StatusAccepted
		}
	}},
	{name: "a fault of the server", says: "ST101 Server error", answer: func(response *http.Response) {
		if response.StatusCode == http.StatusNotFound {
			response.StatusCode = http.StatusInternalServerError
		}
	}},
	{name: "a header that is not declared", says: "headers that the contract does not declare", answer: func(response *http.Response) {
		response.Header.Set("X-Planted", "1")
	}},
	{name: "a required header that is missing", says: "ST107 Missing required response headers", prism: true, answer: func(response *http.Response) {
		response.Header.Del("OData-Version")
	}},
	{name: "a header that breaks its schema", says: "Response header does not conform", prism: true, answer: func(response *http.Response) {
		if response.Header.Get("ETag") != "" {
			response.Header.Set("ETag", "weak")
		}
	}},
	{name: "another media type", says: "Undocumented Content-Type", answer: func(response *http.Response) {
		if response.Header.Get("Content-Type") != "" {
			response.Header.Set("Content-Type", "text/html")
		}
	}},
	{name: "a value of another type", says: "Response violates schema", prism: true, entity: func(entity map[string]any) {
		entity["errorCode"] = "9"
	}},
	{name: "a member that the enumeration does not have", says: "Response violates schema", prism: true, entity: func(entity map[string]any) {
		entity["installState"] = "Failed"
	}},
	{name: "a property that is missing", says: "Response violates schema", prism: true, entity: func(entity map[string]any) {
		delete(entity, "displayVersion")
	}},
	{name: "an invalid value that is accepted", says: "ST201 Schema-violating request accepted", request: func(_ server, r *http.Request) {
		if r.Method == http.MethodPatch || r.Method == http.MethodPost {
			replaceBody(&r.Body, &r.ContentLength, []byte("{}"))
			r.Header.Set("Content-Type", "application/json")
		}
	}},
	{name: "a valid value that is refused", says: "ST202 Schema-valid request rejected", request: func(_ server, r *http.Request) {
		if r.Method == http.MethodPatch || r.Method == http.MethodPost {
			replaceBody(&r.Body, &r.ContentLength, []byte(`{"errorCode":9.5}`))
		}
	}},
	{name: "a token that nobody looks at", says: "ST401 API accepts requests without authentication", request: func(s server, r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}},
	{name: "an entity that stays when it is deleted", says: "ST301", stateful: true, request: func(_ server, r *http.Request) {
		if r.Method == http.MethodDelete && path.Base(path.Dir(r.URL.Path)) == "deviceStatuses" {
			r.Method = http.MethodGet
			r.Header.Del("If-None-Match")
			r.Header.Set("X-Deletes", "nothing")
		}
	}, answer: func(response *http.Response) {
		if response.Request.Header.Get("X-Deletes") != "" && response.StatusCode == http.StatusOK {
			response.StatusCode = http.StatusNoContent
			response.Header.Del("ETag")
			response.Header.Del("Content-Type")
			response.Header.Del("Content-Length")
			replaceBody(&response.Body, &response.ContentLength, nil)
		}
	}},
}

// behind returns a proxy that adds a fault to the server.
func (s server) behind(t *testing.T, f fault) server {
	t.Helper()
	target, err := url.Parse(s.origin)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Header["Accept-Encoding"] = nil
			if f.request != nil {
				f.request(s, r.Out)
			}
		},
		ModifyResponse: func(response *http.Response) error {
			if f.answer != nil {
				f.answer(response)
			}
			if f.entity != nil {
				return changeEntity(response, f.entity)
			}
			return nil
		},
	}
	front := httptest.NewServer(proxy)
	t.Cleanup(front.Close)
	return server{origin: front.URL, token: s.token}
}

// changeEntity changes the entity that an answer has, if it has one.
func changeEntity(response *http.Response, change func(map[string]any)) error {
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	var entity map[string]any
	if strings.Contains(string(body), `"@odata.type":"#microsoft.graph.mobileAppInstallStatus"`) && json.Unmarshal(body, &entity) == nil && entity["id"] != nil {
		change(entity)
		if body, err = json.Marshal(entity); err != nil {
			return err
		}
	}
	replaceBody(&response.Body, &response.ContentLength, body)
	response.Header.Set("Content-Length", strconv.Itoa(len(body)))
	return nil
}

func replaceBody(body *io.ReadCloser, length *int64, by []byte) {
	*body, *length = io.NopCloser(bytes.NewReader(by)), int64(len(by))
}
