package auth_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func tokenOfKid(kid, keyName string) string {
	return forge("ES256", keyName, p256Header().with("kid", kid).json(), goodClaims().json())
}

// The second refresh may follow the first at once: only the one at the start does not count.
func TestAThousandUnknownKeysMakeOneRefreshAMinute(t *testing.T) {
	for rule, failing := range map[string]http.HandlerFunc{
		"the issuer answers":         nil,
		"the issuer is down":         answers(hungUp),
		"the issuer never answers":   hangs,
		"the issuer answers garbage": says("<html>"),
	} {
		t.Run(rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := publish("rsa")
				verifier := p.follow(t)
				p.fail(failing)
				began := time.Now()
				for range 100 {
					var requests sync.WaitGroup
					for range 10 {
						token := tokenOfKid(fmt.Sprint(rand.Uint64()), "stranger-p256")
						requests.Go(func() {
							if _, err := authenticate(verifier, token); err == nil {
								t.Error("accepted")
							}
						})
					}
					requests.Wait()
					time.Sleep(6 * time.Second)
				}
				minutes := time.Since(began).Minutes()
				reads := p.refreshes()[1:]
				t.Logf("1,000 requests in %.1f minutes: %d refreshes", minutes, len(reads))
				if len(reads) == 0 || float64(len(reads)) > minutes+1 {
					t.Errorf("%d refreshes in %.1f minutes", len(reads), minutes)
				}
				for i := 1; i < len(reads); i++ {
					if pause := reads[i].Sub(reads[i-1]); pause < time.Minute {
						t.Errorf("two refreshes within %s", pause)
					}
				}
			})
		})
	}
}

func TestANewKeyIsFoundByTheFirstTokenThatNamesIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publish("rsa")
		verifier := p.follow(t)
		p.rotate("rsa", "p256")
		for _, token := range []string{p256Token(goodClaims()), goodToken(goodClaims())} {
			if _, err := authenticate(verifier, token); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestRequestsThatNeedOneKeyWaitForOneRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publish("rsa")
		verifier := p.follow(t)
		p.rotate("rsa", "p256")
		p.fail(p.after(900 * time.Millisecond))
		began := time.Now()
		var requests sync.WaitGroup
		for range 100 {
			requests.Go(func() {
				if _, err := authenticate(verifier, p256Token(goodClaims())); err != nil {
					t.Error(err)
				}
			})
		}
		requests.Wait()
		if waited := time.Since(began); waited != 1800*time.Millisecond || len(p.refreshes()) != 2 {
			t.Errorf("waited %s for %d refreshes", waited, len(p.refreshes())-1)
		}
	})
}

func TestARequestWaitsTwoSecondsForItsKeyAndNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publish("rsa")
		verifier := p.follow(t)
		p.rotate("rsa", "p256")
		p.fail(p.after(2 * time.Second))

		began := time.Now()
		_, err := authenticate(verifier, p256Token(goodClaims()))
		expectRefusal(t, err, "kid names no key", p256Token(goodClaims()))
		if waited := time.Since(began); waited != 2*time.Second {
			t.Errorf("waited %s", waited)
		}
		if _, err := authenticate(verifier, goodToken(goodClaims())); err != nil || time.Since(began) != 2*time.Second {
			t.Errorf("a known key: %v after %s", err, time.Since(began))
		}
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if _, err := authenticate(verifier, p256Token(goodClaims())); err != nil {
			t.Errorf("after the refresh: %v", err)
		}
	})
}

func TestACanceledRequestDoesNotWaitForAKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publish("rsa")
		verifier := p.follow(t)
		p.fail(hangs)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := verifier.Authenticate(request("Bearer " + p256Token(goodClaims())).WithContext(ctx)); err == nil {
			t.Error("accepted")
		}
		if waited := time.Since(began); waited != time.Second {
			t.Errorf("waited %s", waited)
		}
	})
}

func TestAKeyThatIsNoLongerPublishedVerifiesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publish("rsa", "p256")
		verifier := p.follow(t)
		gone, stays := goodToken(goodClaims()), p256Token(goodClaims())
		for _, token := range []string{gone, stays} {
			if _, err := authenticate(verifier, token); err != nil {
				t.Fatal(err)
			}
		}
		p.rotate("p256")
		time.Sleep(time.Hour)
		synctest.Wait()

		_, err := authenticate(verifier, gone)
		expectRefusal(t, err, "kid names no key", gone)
		if _, err := authenticate(verifier, stays); err != nil {
			t.Error(err)
		}
	})
}

func TestKeysAreReadAgainEveryHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publish("rsa")
		p.follow(t)
		time.Sleep(24*time.Hour + time.Minute)
		if reads := len(p.refreshes()); reads != 25 {
			t.Errorf("read %d times in a day", reads)
		}
		if p.warnings() != 0 || strings.Count(p.logged(), "\n") != 1 {
			t.Errorf("logged: %s", p.logged())
		}
	})
}

func TestAFailedRefreshIsRetriedEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publish("rsa")
		p.follow(t)
		p.fail(answers(http.StatusInternalServerError))
		time.Sleep(time.Hour + 10*time.Minute + time.Second)
		if reads := len(p.refreshes()); reads != 12 || p.warnings() != 11 {
			t.Errorf("read %d times, logged %s", reads, p.logged())
		}
		p.fail(nil)
		time.Sleep(time.Minute + time.Hour)
		if reads := len(p.refreshes()); reads != 14 {
			t.Errorf("read %d times after it answers again", reads)
		}
	})
}

func TestTheLastKeysStayInForceWhileTheyCannotBeRead(t *testing.T) {
	private := object{"keys": []object{jwk("p256").with("d", "AAAA")}}.json()
	for rule, failing := range map[string]http.HandlerFunc{
		"down":                         answers(hungUp),
		"never answering":              hangs,
		"failing":                      answers(http.StatusInternalServerError),
		"gone":                         answers(http.StatusNotFound),
		"empty":                        answers(http.StatusOK),
		"a page for people":            says("<html>log in</html>"),
		"10 MB":                        says(strings.Repeat(" ", 10<<20)),
		"another issuer":               says(object{"issuer": issuer + "x", "jwks_uri": issuer + "keys"}.json()),
		"keys behind http":             says(object{"issuer": issuer, "jwks_uri": "http://issuer.example/keys"}.json()),
		"keys on this machine":         says(object{"issuer": issuer, "jwks_uri": "http://127.0.0.1/keys"}.json()),
		"no keys":                      says(object{"issuer": issuer, "jwks_uri": issuer + "keys", "keys": []object{}}.json()),
		"private keys":                 says(strings.Replace(private, "{", `{"issuer":"`+issuer+`","jwks_uri":"`+issuer+`keys",`, 1)),
		"redirecting to http":          redirects("http://issuer.example/keys"),
		"redirecting to this machine":  redirects("http://127.0.0.1/keys"),
		"redirecting round and round":  redirects(documentPath),
		"redirecting to another place": redirects("https://gone.example/"),
	} {
		t.Run(rule, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := publish("rsa")
				verifier := p.follow(t)
				p.fail(failing)
				p.rotate("p256")

				time.Sleep(time.Hour + 10*time.Second)
				if _, err := authenticate(verifier, goodToken(goodClaims())); err != nil {
					t.Errorf("a key that was valid: %v", err)
				}
				if logged := p.logged(); p.warnings() != 1 || !strings.Contains(logged, "still using the last ones") || !strings.Contains(logged, "issuer="+issuer) {
					t.Errorf("logged: %s", logged)
				}

				p.fail(nil)
				time.Sleep(time.Minute)
				synctest.Wait()
				if _, err := authenticate(verifier, p256Token(goodClaims())); err != nil {
					t.Errorf("a minute after the keys are readable again: %v", err)
				}
				if p.warnings() != 1 {
					t.Errorf("logged: %s", p.logged())
				}
			})
		})
	}
}

// synctest also checks that no goroutine outlives the bubble.
func TestNothingIsReadAfterTheServerHasStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := publish("rsa")
		ctx, cancel := context.WithCancel(t.Context())
		if err := p.discovery(t).Start(ctx); err != nil {
			t.Fatal(err)
		}
		p.fail(hangs)
		time.Sleep(time.Hour + time.Second)
		cancel()
		time.Sleep(24 * time.Hour)
		if reads := len(p.refreshes()); reads != 2 || p.warnings() != 0 {
			t.Errorf("read %d times, logged %s", reads, p.logged())
		}
	})
}
