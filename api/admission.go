package api

import "net/http"

// Admission describes a request that asks to be admitted.
type Admission struct {
	Tenant string // the caller's
	App    string // the id in the path, "" for the list of all apps
	Write  bool   // the request may change something
}

// paramApp is the contract's name for the id of the app in a path.
const paramApp = "mobileAppId"

// admit asks Options.Admit whether to serve a request that its caller is permitted to send.
func (a *API) admit(x *exchange) error {
	if a.options.Admit == nil {
		return nil
	}
	asked := Admission{Tenant: x.caller.Tenant, Write: x.operation.Method != http.MethodGet}
	for _, param := range x.params {
		if param.Name == paramApp {
			asked.App = param.Value
		}
	}
	if asked.App == "" && (asked.Write || x.operation.Anonymous) {
		return nil // a batch, or the service document
	}
	return a.options.Admit(asked)
}
