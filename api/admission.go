package api

import "net/http"

// Admission describes a request that asks to be admitted.
type Admission struct {
	Tenant string // the caller's
	App    string // the id in the path
	Write  bool   // the request may change something
}

// paramApp is the contract's name for the id of the app in a path.
const paramApp = "mobileAppId"

// admit asks Options.Admit whether to serve a request that its caller is permitted to send.
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
