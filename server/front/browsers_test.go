package front_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"installstatus/server/front"
)

func TestEveryAnswerProtectsUsersOfBrowsers(t *testing.T) {
	for _, c := range []struct {
		name              string
		strict, encrypted bool
		transport         string
	}{
		{"HTTP", false, false, ""},
		{"HTTPS with a certificate that the program made", false, true, ""},
		{"HTTPS with a certificate from files", true, true, "max-age=31536000"},
	} {
		for _, status := range []int{http.StatusOK, http.StatusNoContent, http.StatusNotFound} {
			server := httptest.NewUnstartedServer(front.ForBrowsers(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(status)
			}), c.strict))
			if c.encrypted {
				server.StartTLS()
			} else {
				server.Start()
			}
			response, err := server.Client().Get(server.URL)
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			server.Close()
			header := response.Header
			if header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Strict-Transport-Security") != c.transport {
				t.Errorf("%s, %d: %v", c.name, status, header)
			}
		}
	}
}
