package auth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestTheAuthorizationHeaderIsOneLineWithOneBearerToken(t *testing.T) {
	token := goodToken(goodClaims())
	verifier := newVerifier(t, goodConfig(t))

	for _, c := range []struct {
		rule    string
		lines   []string
		message string
	}{
		{"one line", []string{"Bearer " + token}, ""},
		{"the scheme in any case", []string{"bEARER " + token}, ""},
		{"several spaces", []string{"Bearer   " + token}, ""},
		{"white space around the value", []string{" \tBearer " + token + "\t "}, ""},
		{"none", nil, "Access token is empty."},
		{"an empty one", []string{""}, "Access token is empty."},
		{"a blank one", []string{" \t "}, "Access token is empty."},
		{"a scheme alone", []string{"Bearer"}, "Access token is empty."},
		{"a scheme and spaces", []string{"Bearer   "}, "Access token is empty."},
		{"a token alone", []string{token}, "scheme"},
		{"a tab after the scheme", []string{"Bearer\t" + token}, "scheme"},
		{"a colon after the scheme", []string{"Bearer: " + token}, "scheme"},
		{"Basic", []string{"Basic dXNlcjpwYXNzd29yZA=="}, "scheme"},
		{"DPoP", []string{"DPoP " + token}, "scheme"},
		{"a tab after the spaces", []string{"Bearer \t" + token}, "more than one token"},
		{"two tokens", []string{"Bearer " + token + " " + token}, "more than one token"},
		{"two credentials in one line", []string{"Bearer " + token + ", Bearer " + token}, "more than one token"},
		{"two lines", []string{"Bearer " + token, "Bearer " + token}, "several Authorization headers"},
		{"two lines, the first one empty", []string{"", "Bearer " + token}, "several Authorization headers"},
		{"quotes", []string{`Bearer "` + token + `"`}, "well formed"},
		{"the longest token", []string{"Bearer " + strings.Repeat("A", 16<<10)}, "well formed"},
		{"a token too long", []string{"Bearer " + strings.Repeat("A", 16<<10+1)}, "longer than 16384 bytes"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			_, err := verifier.Authenticate(request(c.lines...))
			if c.message != "" {
				expectRefusal(t, err, c.message, token)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
}

func TestATokenInTheQueryOrTheBodyIsIgnored(t *testing.T) {
	token := goodToken(goodClaims())
	r := httptest.NewRequest(http.MethodPost, "/beta?access_token="+token, strings.NewReader("access_token="+token))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")

	_, err := newVerifier(t, goodConfig(t)).Authenticate(r)
	expectRefusal(t, err, "Access token is empty.", token)
}
