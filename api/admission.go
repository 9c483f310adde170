package api

import "net/http"

// Admission is a request for which room is asked.
type Admission struct {
	Tenant string // the caller's
	App    string // the id in the path
	Write  bool   // it may change something
}

// paramApp is the contract's name for the id of an app in a path.
const paramApp = "mobileAppId"

// admit asks Options.Admit about a request that its caller may send.
func (a *API) admit(x *exchange) error {
	if a.options.Admit == nil {
		return nil
	}
	for _, param := range x.params {
		if param.Name == paramApp {
			return a.options.Admit(Admission{Tenant: x.caller.Tenant, App: param.Value, Write: x.operation.Method != http.MethodGet})
		}
	}
	return nil // a batch
}
