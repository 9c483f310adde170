package writes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"installstatus/api/status"
)

// do queues n calls, each with its number, and returns what they were answered once all of them were.
func do(q *Queue[int], n int) (answers func() []error) {
	errs := make([]error, n)
	var calling sync.WaitGroup
	for i := range n {
		calling.Go(func() { errs[i] = q.Do(context.Background(), i) })
	}
	return func() []error { calling.Wait(); return errs }
}

func TestCallsThatWaitShareAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing := make(chan struct{})
		q := NewQueue[int](0, closing)
		answers := do(q, 10)
		synctest.Wait() // all of them are in the queue
		if q.Len() != 10 {
			t.Fatalf("%d calls wait", q.Len())
		}
		var sizes []int
		go q.Serve(func(first *Call[int]) {
			group := slices.Collect(q.Group(first, 4))
			sizes = append(sizes, len(group))
			errs := make([]error, len(group))
			for i, call := range group {
				errs[i] = fmt.Errorf("the answer to %d", call.Work)
			}
			q.Answer(group, errs...)
		})
		for i, err := range answers() {
			if err == nil || err.Error() != fmt.Sprintf("the answer to %d", i) {
				t.Errorf("call %d was answered %v", i, err)
			}
		}
		if !slices.Equal(sizes, []int{4, 4, 2}) {
			t.Errorf("the groups have %v calls", sizes)
		}
		if counted := q.Grouping(); counted.Writes != 10 || counted.Waiting != 0 {
			t.Errorf("counted %+v", counted)
		}
		close(closing)
	})
}

func TestAFailedGroupIsNotCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing := make(chan struct{})
		q := NewQueue[int](0, closing)
		broken := errors.New("broken")
		go q.Serve(func(first *Call[int]) { q.Fail(slices.Collect(q.Group(first, 4)), broken) })
		for _, err := range do(q, 10)() {
			if !errors.Is(err, broken) {
				t.Errorf("answered %v", err)
			}
		}
		if counted := q.Grouping(); counted.Writes != 0 {
			t.Errorf("counted %+v", counted)
		}
		close(closing)
	})
}

func TestACallEndsWithItsContextUntilAWriterBeginsIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing := make(chan struct{})
		q := NewQueue[int](0, closing)
		ctx, cancel := context.WithCancel(context.Background())
		waits, begins := make(chan error, 1), make(chan error, 1)
		go func() { waits <- q.Do(ctx, 1) }()
		synctest.Wait()
		cancel()
		if err := <-waits; !errors.Is(err, context.Canceled) {
			t.Errorf("a call that waited: %v", err)
		}
		began, proceed := make(chan struct{}), make(chan struct{})
		var worked []int
		go q.Serve(func(first *Call[int]) {
			for call := range q.Group(first, 4) {
				close(began)
				<-proceed
				worked = append(worked, call.Work)
				if err := call.Context().Err(); err != nil {
					t.Errorf("the work of a call that began has an ended context: %v", err)
				}
				q.Answer([]*Call[int]{call})
			}
		})
		ctx, cancel = context.WithCancel(context.Background())
		go func() { begins <- q.Do(ctx, 2) }()
		<-began
		cancel()
		synctest.Wait()
		close(proceed)
		if err := <-begins; err != nil {
			t.Errorf("a call that had begun: %v", err)
		}
		if !slices.Equal(worked, []int{2}) {
			t.Errorf("the writer did %v", worked)
		}
		close(closing)
	})
}

func TestACallThatNoWriterBeginsInTimeIsUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := NewQueue[int](3*time.Second, make(chan struct{}))
		began := time.Now()
		for _, err := range do(q, MaxWaiting+5)() { // some of them have not even entered
			if !errors.Is(err, status.ErrUnavailable) {
				t.Errorf("answered %v", err)
			}
		}
		if waited := time.Since(began); waited != 3*time.Second {
			t.Errorf("after %s", waited)
		}
	})
}

func TestWhatWaitsWhenTheQueueClosesIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		closing := make(chan struct{})
		q := NewQueue[int](0, closing)
		answers := do(q, MaxWaiting+5)
		synctest.Wait()
		close(closing)
		synctest.Wait()
		q.Serve(func(first *Call[int]) {
			for call := range q.Group(first, 1) {
				t.Errorf("call %d began after its caller had left", call.Work)
				q.Answer([]*Call[int]{call})
			}
		})
		for _, err := range append(answers(), q.Do(context.Background(), 0)) {
			if !errors.Is(err, ErrClosed) {
				t.Errorf("answered %v", err)
			}
		}
	})
}

func TestAPanicBecomesTheError(t *testing.T) {
	work := func() (err error) {
		defer Recover(&err)
		panic("at the wrong time")
	}
	if err := work(); err == nil || err.Error() != "a write panicked: at the wrong time" {
		t.Errorf("%v", err)
	}
}
