package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"installstatus/server/store/postgres/postgrestest"
)

// replicas are processes that share one database, behind a balancer.
type replicas struct {
	*testServer // as clients see it: the balancer
	testing     testing.TB
	args        []string
	balancer    *balancer
	running     []*testServer
}

// recovery is how long a server may take to answer again after its database is back.
const recovery = 5 * time.Second

func startReplicas(t testing.TB, n int, database string) *replicas {
	t.Helper()
	dir := t.TempDir()
	b := newBalancer(t, n)
	r := &replicas{testServer: newTestServer(dir), testing: t, balancer: b, running: make([]*testServer, n),
		args: []string{"--db", database, "--drain-delay", "2s"}}
	r.base = "http://" + b.listener.Addr().String()
	for i := range r.running {
		r.start(i)
	}
	return r
}

// start starts or restarts a replica, and returns when it is ready.
func (r *replicas) start(i int) {
	r.testing.Helper()
	s := startProcess(r.testing, r.dir, r.args...)
	r.running[i] = s
	for begun := time.Now(); !isReady(s.base); time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > 30*time.Second {
			r.testing.Fatalf("replica %d is not ready: %s", i, s.logged)
		}
	}
	r.balancer.use(i, strings.TrimPrefix(s.base, "http://"))
}

// clients write until they are stopped, each to its own row.
type clients struct {
	answered []atomic.Int64 // the last errorCode that each got an answer for
	sent     []atomic.Int64 // the last errorCode that each sent
	failed   atomic.Int64   // requests without an answer
	refused  atomic.Int64   // requests answered with 503
	slowest  atomic.Int64   // 503, in nanoseconds
	stop     func()
}

// thinkTime is how long a client waits after an answer, so that clients leave the processors to replicas that start.
const thinkTime = 100 * time.Millisecond

// client writes one number after the other, and retries a number after a failure.
func (r *replicas) client(c *clients, i int, token string, done <-chan struct{}) {
	// Each client has its own connection, as programs on many machines have.
	transport := &http.Transport{DisableCompression: true}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport, Timeout: 30 * time.Second}
	for n := int64(1); ; {
		select {
		case <-done:
			return
		default:
		}
		c.sent[i].Store(n)
		request, _ := http.NewRequest(http.MethodPatch, r.base+statusPath("app", fmt.Sprint(i)), strings.NewReader(fmt.Sprintf(`{"errorCode":%d,"deviceName":"%d"}`, n, n)))
		request.Header.Set("Authorization", "Bearer "+token)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Prefer", "create-if-missing")
		request.GetBody = nil // no hidden retry
		began := time.Now()
		response, err := client.Do(request)
		if err != nil {
			c.failed.Add(1)
			time.Sleep(10 * time.Millisecond)
			continue
		}
		_, err = io.Copy(io.Discard, response.Body)
		response.Body.Close()
		switch {
		case err != nil:
			c.failed.Add(1)
		case response.StatusCode == http.StatusOK, response.StatusCode == http.StatusCreated:
			c.answered[i].Store(n)
			n++
			time.Sleep(thinkTime)
		case response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") != "":
			c.refused.Add(1)
			c.slowest.Store(max(c.slowest.Load(), int64(time.Since(began))))
			time.Sleep(thinkTime)
		default:
			r.testing.Errorf("client %d: %d %v", i, response.StatusCode, response.Header)
			return
		}
	}
}

func (r *replicas) keepWriting(n int) *clients {
	c := &clients{answered: make([]atomic.Int64, n), sent: make([]atomic.Int64, n)}
	token, done := r.token(r.testing), make(chan struct{})
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { r.client(c, i, token, done) })
	}
	c.stop = sync.OnceFunc(func() { close(done); group.Wait() })
	r.testing.Cleanup(c.stop)
	return c
}

func (c *clients) total() (answered int64) {
	for i := range c.answered {
		answered += c.answered[i].Load()
	}
	return answered
}

// nothingIsLost fails the test unless each row has the last answered number of its client, or a later one that it sent.
func (r *replicas) nothingIsLost(c *clients) {
	r.testing.Helper()
	c.stop()
	for i := range c.answered {
		a := r.do(r.testing, call{method: http.MethodGet, target: statusPath("app", fmt.Sprint(i))})
		if a.status != http.StatusOK {
			r.testing.Errorf("client %d: %d %s", i, a.status, a.body)
			continue
		}
		var entity struct{ ErrorCode int64 }
		if err := json.Unmarshal([]byte(a.body), &entity); err != nil {
			r.testing.Fatal(err)
		}
		if answered, sent := c.answered[i].Load(), c.sent[i].Load(); entity.ErrorCode < answered || entity.ErrorCode > sent {
			r.testing.Errorf("client %d got an answer for %d and sent %d, and %d is stored", i, answered, sent, entity.ErrorCode)
		}
	}
	if c.total() == 0 {
		r.testing.Error("nothing was written")
	}
}

// progress waits until every client gets another answer.
func (r *replicas) progress(c *clients, within time.Duration) {
	r.testing.Helper()
	before := make([]int64, len(c.answered))
	for i := range before {
		before[i] = c.answered[i].Load()
	}
	began := time.Now()
	for i := range before {
		for c.answered[i].Load() == before[i] {
			if time.Since(began) > within {
				r.testing.Errorf("client %d has no answer within %s", i, within)
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
}

func TestReplacingReplicasOneByOneFailsNoRequest(t *testing.T) {
	t.Parallel()
	r := startReplicas(t, 3, postgrestest.New(t))
	c := r.keepWriting(64)
	for range 2 {
		for i := range r.running {
			r.progress(c, 30*time.Second)
			if code := r.running[i].stop(); code != 0 {
				t.Errorf("replica %d: exit code %d: %s", i, code, r.running[i].logged)
			}
			r.start(i)
		}
	}
	r.progress(c, 30*time.Second)
	r.nothingIsLost(c)
	if c.failed.Load()+c.refused.Load() > 0 {
		t.Errorf("of %d requests, %d had no answer and %d were refused", c.total(), c.failed.Load(), c.refused.Load())
	}
	t.Logf("%d answered, none failed", c.total())
}

func TestAKilledReplicaFailsOnlyItsRequestsInFlight(t *testing.T) {
	t.Parallel()
	r := startReplicas(t, 3, postgrestest.New(t))
	const many = 64
	c := r.keepWriting(many)
	for round := range 20 {
		r.progress(c, 30*time.Second)
		before := c.failed.Load()
		i := round % len(r.running)
		r.running[i].kill()
		r.balancer.look(i)
		r.start(i)
		if failed := c.failed.Load() - before; failed > many {
			t.Errorf("round %d: %d requests of %d clients failed", round, failed, many)
		}
	}
	r.nothingIsLost(c)
	t.Logf("%d answered, none lost; %d were in flight on a replica that was killed", c.total(), c.failed.Load())
}

func TestAfterTroubleWithTheDatabaseNothingIsLostAndNoRestartIsNeeded(t *testing.T) {
	t.Parallel()
	cluster := postgrestest.NewCluster(t)
	proxy, address := postgrestest.Through(t, cluster.URL("postgres"))
	r := startReplicas(t, 3, address)
	c := r.keepWriting(64)
	for _, trouble := range []struct {
		name       string
		begin, end func()
	}{
		{"it is restarted, immediately", cluster.Crash, func() {
			if err := cluster.Start(); err != nil {
				t.Fatal(err)
			}
		}},
		{"connections are reset", proxy.Reset, func() {}},
		{"connections are refused", proxy.Refuse, proxy.Pass},
		{"answers are lost", proxy.Unanswer, proxy.Pass},
		{"the cable is cut", proxy.Swallow, proxy.Pass},
		{"it is restarted again", cluster.Crash, func() {
			if err := cluster.Start(); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		r.progress(c, 30*time.Second)
		trouble.begin()
		time.Sleep(time.Second)
		trouble.end()
		began := time.Now()
		r.progress(c, recovery+20*time.Second) // the machine may be busy, and clients wait for their last answer
		t.Logf("%s: every client is served again after %s", trouble.name, time.Since(began).Round(time.Millisecond))
	}
	r.nothingIsLost(c)
	t.Logf("%d answered, none lost; %d refused with 503, the slowest after %s; %d without an answer", c.total(), c.refused.Load(), time.Duration(c.slowest.Load()), c.failed.Load())
}

func TestAServerWithoutItsDatabaseAnswers503AndRecovers(t *testing.T) {
	t.Parallel()
	cluster := postgrestest.NewCluster(t)
	s := startProcess(t, t.TempDir(), "--db", cluster.URL("postgres"))
	target := statusPath("app", "id")
	s.create(t, target, `{}`)
	cluster.Crash()
	for _, c := range []call{{target: target, body: `{"errorCode":1}`}, {method: http.MethodGet, target: target}, {method: http.MethodGet, target: statusesPath("app")}} {
		c.header = map[string]string{"Origin": anyOrigin}
		began := time.Now()
		a := s.do(t, c)
		checkReadable(t, a, "Retry-After")
		s.checkPreflight(t, target)
		if took := time.Since(began); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" || took > 5*time.Second {
			t.Errorf("%s %s: %d %v after %s", c.method, c.target, a.status, a.header, took)
		}
	}
	if status, body := s.fetch(t, s.base+"/readyz"); status != http.StatusServiceUnavailable {
		t.Errorf("/readyz: %d %s", status, body)
	}
	if status, body := s.fetch(t, s.base+"/healthz"); status != http.StatusOK {
		t.Errorf("/healthz: %d %s", status, body)
	}
	const asked = 200
	for range asked {
		s.do(t, call{method: http.MethodGet, target: target})
	}
	if logged := s.logged.String(); strings.Count(logged, `"level":"ERROR"`) > asked/10 || strings.Count(logged, "database unreachable, refusing calls") != 1 {
		t.Errorf("%d requests without a database are logged as %s", asked, logged)
	}
	if err := cluster.Start(); err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		a := s.do(t, call{target: target, body: `{"errorCode":2}`})
		if a.status == http.StatusOK {
			break
		}
		if time.Since(began) > recovery {
			t.Fatalf("%s after its database is back: %d %s", time.Since(began), a.status, a.body)
		}
	}
	if status, body := s.fetch(t, s.base+"/readyz"); status != http.StatusOK {
		t.Errorf("/readyz: %d %s", status, body)
	}
}

func TestConcurrentWritersOfOneRowKeepEachOthersProperties(t *testing.T) {
	t.Parallel()
	r := startReplicas(t, 3, postgrestest.New(t))
	target := statusPath("app", "id")
	r.create(t, target, `{}`)
	properties := []string{"deviceName", "deviceId", "osVersion", "osDescription", "userName", "userPrincipalName", "displayVersion"}
	const writers, rounds = 50, 20
	token := r.token(t)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			client := http.Client{Transport: new(http.Transport), Timeout: 30 * time.Second}
			defer client.CloseIdleConnections()
			for round := range rounds {
				property := properties[w%len(properties)]
				request, _ := http.NewRequest(http.MethodPatch, r.base+target, strings.NewReader(fmt.Sprintf(`{"%s":"%s %d"}`, property, property, round)))
				request.Header.Set("Authorization", "Bearer "+token)
				request.Header.Set("Content-Type", "application/json")
				response, err := client.Do(request)
				if err != nil {
					t.Error(err)
					return
				}
				body, _ := io.ReadAll(response.Body)
				response.Body.Close()
				if response.StatusCode != http.StatusOK || !strings.Contains(string(body), fmt.Sprintf(`"%s":"%s %d"`, property, property, round)) {
					t.Errorf("%d %s", response.StatusCode, body)
				}
			}
		})
	}
	group.Wait()
	a := r.do(t, call{method: http.MethodGet, target: target})
	for _, property := range properties {
		if want := fmt.Sprintf(`"%s":"%s `, property, property); !strings.Contains(a.body, want) {
			t.Errorf("%s is not in %s", want, a.body)
		}
	}
}
