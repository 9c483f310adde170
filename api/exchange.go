package api

import (
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"installstatus/api/contract"
)

// exchange is a request in progress, with what each step found out for the steps after it.
type exchange struct {
	began           time.Time
	requestID       string
	clientRequestID string // "" if the client sent no well-formed one
	caller          Caller
	inBatch         bool  // the request is in a batch
	room            *room // for lists in the response to the batch, nil outside of a batch
	operation       *contract.Operation
	params          []contract.Param
	body            any          // decoded and valid; nil before the contract has accepted it
	budget          *budget      // nil if memory is not limited
	reserved        int64        // bytes of memory
	adopted         atomic.Int64 // bytes that requests in the batch have reserved for their answers
	fault           error        // the reason for a 5xx
	left            bool         // the client disconnected, which canceled the request
}

// Exchange describes a request that has been answered. It has nothing personal.
type Exchange struct {
	Method    string
	Operation string // the contract's operationId, "" if the request reached no operation
	Route     string // the contract's path with the base path, "" if the request reached no operation
	InBatch   bool   // the request is in a batch; the batch has its own Exchange
	Tenant    string // "" if the caller was not accepted
	RequestID string
	Status    int // of the response, or StatusClientClosedRequest
	Duration  time.Duration
	Fault     error // the reason for a 5xx, else nil
}

// StatusClientClosedRequest means that the client disconnected before there was a response, which is not a fault of the server.
// The number is nginx's. It is never sent: a client that only closed its sending side gets a 503.
const StatusClientClosedRequest = 499

// Headers of responses, in net/http's canonical form. HTTP ignores the case of their names.
const (
	requestID       = "Request-Id"
	clientRequestID = "Client-Request-Id"
	odataVersion    = "Odata-Version"
	entityID        = "Odata-Entityid"
)

// The values of headers that every response shares.
var (
	version4 = []string{"4.0"}
	noStore  = []string{"no-store"} // responses may be personal
)

type exchangeKey struct{}

// exchangeOf returns the exchange of a request. It panics if the request has not been through begin, because it has no tenant.
func exchangeOf(r *http.Request) *exchange {
	return r.Context().Value(exchangeKey{}).(*exchange)
}

// begin gives the request its ids, and the response the headers of every response.
func begin(w http.ResponseWriter, r *http.Request, now time.Time) (*http.Request, *exchange) {
	x := &exchange{began: now, requestID: uuid.NewString()}
	if lines := r.Header.Values(clientRequestID); len(lines) == 1 && isEchoable(lines[0]) {
		x.clientRequestID = lines[0]
		w.Header().Set(clientRequestID, x.clientRequestID)
	} else {
		r.Header.Del(clientRequestID)
	}
	w.Header().Set(requestID, x.requestID)
	w.Header()[odataVersion], w.Header()["Cache-Control"] = version4, noStore
	return r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x)), x
}

// isEchoable reports whether a client-request-id is 1 to 128 printable ASCII characters.
func isEchoable(id string) bool {
	for i := range len(id) {
		if id[i] < ' ' || id[i] > '~' {
			return false
		}
	}
	return 0 < len(id) && len(id) <= 128
}

// end responds for a handler that panicked, and calls the observer.
func (a *API) end(w *answer, r *http.Request, x *exchange) {
	if p := recover(); p != nil {
		err := fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		if w.status == 0 {
			writeError(w, r, err)
		}
		x.fault = err
	}
	if a.options.Observe == nil {
		return
	}
	observed := Exchange{
		Method: r.Method, InBatch: x.inBatch, Tenant: x.caller.Tenant, RequestID: x.requestID,
		Status: w.status, Duration: a.options.Now().Sub(x.began), Fault: x.fault,
	}
	if x.operation != nil {
		observed.Operation, observed.Route = x.operation.ID, a.basePath+x.operation.Path
	}
	if x.left {
		observed.Status = StatusClientClosedRequest
	}
	a.options.Observe(observed)
}

// answer is a ResponseWriter that records its status, 0 before there is one.
type answer struct {
	http.ResponseWriter
	status int
}

func (a *answer) WriteHeader(code int) {
	if a.status == 0 {
		a.status = code
	}
	a.ResponseWriter.WriteHeader(code)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
