// Command sdk-go does with the core of Microsoft's Go SDK what README.md shows, and the rest that the SDK can do. It prints
// one line for each thing that holds, and ends with exit code 1 at the first that does not.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/url"
	"os"
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoft/kiota-abstractions-go/store"
	json "github.com/microsoft/kiota-serialization-json-go"
	graph "github.com/microsoftgraph/msgraph-sdk-go-core"
)

var began = time.Now()

// README.md shows what follows.
type token string

func (t token) GetAuthorizationToken(context.Context, *url.URL, map[string]any) (string, error) {
	return string(t), nil
}
func (token) GetAllowedHostsValidator() *authentication.AllowedHostsValidator { return nil }

func main() {
	kiota.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory { return json.NewJsonSerializationWriterFactory() })
	kiota.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return json.NewJsonParseNodeFactory() })
	auth := authentication.NewBaseBearerTokenAuthenticationProvider(token(os.Getenv("TOKEN")))
	adapter, err := graph.NewGraphRequestAdapterBase(auth, graph.GraphClientOptions{})
	if err != nil {
		log.Fatal(err)
	}
	adapter.EnableBackingStore(store.BackingStoreFactoryInstance) // so that a property that is set to nil is sent
	adapter.SetBaseUrl(os.Getenv("SERVER") + "/beta")

	change := newStatus()
	change.set("errorCode", ptr(int32(-2016345060)))
	change.set("osDescription", nil)
	request := kiota.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(kiota.PATCH,
		"{+baseurl}/deviceAppManagement/mobileApps/{app}/deviceStatuses/{status}",
		map[string]string{"app": "7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60", "status": "7560ee45-ee45-7560-45ee-607545ee6075"})
	if err := request.SetContentFromParsable(context.Background(), adapter, "application/json", change); err != nil {
		log.Fatal(err)
	}
	answer, err := adapter.Send(context.Background(), request, createStatus, kiota.ErrorMappings{"XXX": createError})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*answer.(*status).errorCode()) // -2016345060
	// README.md shows what stands above.

	if os.Getenv("THROTTLED") != "" {
		check("a write that is answered by 429 is sent again after Retry-After", time.Since(began) >= time.Second)
	}
	check("a typed PATCH sets", *answer.(*status).errorCode() == -2016345060)
	check("nil is sent as null, and clears", answer.(*status).osDescription() == nil)
	c := client{adapter}
	c.reads()
	c.fails()
	c.batches()
	c.pages()
	// README.md shows what follows.
}

// README.md shows what stands above.

func ptr[T any](v T) *T { return &v }

// check prints what holds, and ends the program where it does not.
func check(what string, holds bool) {
	if !holds {
		log.Fatalf("does not hold: %s", what)
	}
	fmt.Println("holds:", what)
}

type client struct {
	adapter *graph.GraphRequestAdapterBase
}

// request is a request for the example's app.
func (c client) request(method kiota.HttpMethod, rest string, body serialization.Parsable) *kiota.RequestInformation {
	r := kiota.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(method,
		"{+baseurl}/deviceAppManagement/mobileApps/7a6f1c2e-0d4b-4a55-9f0e-3c1d5b8e2f60/deviceStatuses"+rest, map[string]string{})
	if body != nil {
		must(r.SetContentFromParsable(context.Background(), c.adapter, "application/json", body))
	}
	return r
}

func (c client) send(r *kiota.RequestInformation, create serialization.ParsableFactory) (serialization.Parsable, error) {
	return c.adapter.Send(context.Background(), r, create, kiota.ErrorMappings{"XXX": createError})
}

const example = "/7560ee45-ee45-7560-45ee-607545ee6075"

func (c client) reads() {
	sent := newStatus()
	at := time.Date(2017, 1, 1, 8, 2, 49, 0, time.UTC)
	sent.set("osDescription", ptr("Windows"))
	sent.set("lastSyncDateTime", &at)
	_, err := c.send(c.request(kiota.PATCH, example, sent), createStatus)
	must(err)
	read, err := c.send(c.request(kiota.GET, example, nil), createStatus)
	must(err)
	s := read.(*status)
	check("a GET reads strings, dates and numbers as they were set", *s.osDescription() == "Windows" && s.lastSyncDateTime().Equal(at) && *s.errorCode() == -2016345060)
}

func (c client) fails() {
	wrong := newStatus()
	wrong.set("deviceNames", ptr("x"))
	_, err := c.send(c.request(kiota.PATCH, example, wrong), createStatus)
	var failed *odataError
	check("a refusal is the error object", errors.As(err, &failed))
	check("its code, its status and its details are there", failed.code() == "ModelValidationFailure" && failed.ResponseStatusCode == 400 && failed.detail() == "/deviceNames")
	check("its request id is the header's", failed.requestID() != "" && failed.requestID() == failed.GetResponseHeaders().Get("request-id")[0])
	_, err = c.send(c.request(kiota.GET, "/none", nil), createStatus)
	check("a missing entity is 404", errors.As(err, &failed) && failed.code() == "ResourceNotFound" && failed.ResponseStatusCode == 404)
}

func (c client) batches() {
	must(graph.RegisterError(graph.BatchRequestErrorRegistryKey, kiota.ErrorMappings{"4XX": createError, "5XX": createError}))
	batch := graph.NewBatchRequest(c.adapter)
	change := newStatus()
	change.set("osDescription", ptr("Android")) // the core loses the integers of a batch's answers
	write, err := batch.AddBatchRequestStep(*c.request(kiota.PATCH, example, change))
	must(err)
	read, err := batch.AddBatchRequestStep(*c.request(kiota.GET, example, nil))
	must(err)
	read.DependsOnItem(write)
	missing, err := batch.AddBatchRequestStep(*c.request(kiota.GET, "/none", nil))
	must(err)
	answers, err := batch.Send(context.Background(), c.adapter)
	must(err)
	s, err := graph.GetBatchResponseById[*status](answers, *read.GetId(), createStatus)
	must(err)
	check("a request of a batch sees what the one did that it depends on", *s.osDescription() == "Android")
	_, err = graph.GetBatchResponseById[*status](answers, *missing.GetId(), createStatus)
	var failed *odataError
	check("a request of a batch fails alone, with its own error object", errors.As(err, &failed) && failed.code() == "ResourceNotFound")
}

func (c client) pages() {
	first, err := c.send(c.request(kiota.GET, "?$top=1&$orderby=deviceName", nil), createPage)
	must(err)
	pages, err := graph.NewPageIterator[*status](first, c.adapter, createPage)
	must(err)
	ids := make(map[string]bool)
	must(pages.Iterate(context.Background(), func(s *status) bool {
		ids[*s.id()] = true
		return true
	}))
	whole, err := c.send(c.request(kiota.GET, "", nil), createPage)
	must(err)
	n := len(whole.(*page).GetValue())
	check(fmt.Sprintf("PageIterator goes through %d pages to the last", n), n > 2 && len(ids) == n)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
