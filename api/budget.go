package api

import (
	"fmt"
	"sync"

	"installstatus/api/query"
	"installstatus/api/status"
)

// budget shares out the memory for what requests make: bodies while they are read, decoded and answered, and pages of lists until
// they are sent. It refuses a request at once rather than let it wait, and keeps half of everything free for other tenants.
type budget struct {
	total int64 // in bytes

	mutex   sync.Mutex
	used    int64
	tenants map[string]int64 // what each of them uses, never 0
}

func newBudget(total int64) *budget {
	return &budget{total: total, tenants: make(map[string]int64)}
}

// ErrNoMemory means that a request was refused because others use the memory for requests.
var ErrNoMemory = fmt.Errorf("no memory is free for the request: %w", status.ErrRefused)

// take reserves memory. A request that is alone always gets it, so that none is refused forever.
func (b *budget) take(tenant string, size int64) error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if b.used > 0 && (b.used+size > b.total || b.tenants[tenant]+size > b.total/2) {
		return ErrNoMemory
	}
	b.used += size
	b.tenants[tenant] += size
	return nil
}

func (b *budget) giveBack(tenant string, size int64) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.used -= size
	if b.tenants[tenant] -= size; b.tenants[tenant] == 0 {
		delete(b.tenants, tenant)
	}
}

// smallBody is how many bytes a body may have that costs about as much memory as its connection, and is not counted.
const smallBody = 2 << 10

// bodyFactor is how many bytes the worst body takes for each of its own until it is answered, garbage included.
const bodyFactor = 12

// reserveBody reserves the memory for a body of at most so many bytes, in place of what was reserved for fewer.
func (x *exchange) reserveBody(size int64) error {
	if size <= smallBody {
		return nil
	}
	return x.reserve(bodyFactor * size)
}

// usualRow is about how many bytes a row of a list takes.
const usualRow = 1 << 10

// reservePage reserves the memory for a page before it is read, of so many rows of the usual size.
func (x *exchange) reservePage(rows int) error {
	return x.reserve(2 * int64(min(rows*usualRow, query.MaxPage)))
}

// reserveAnswer reserves the memory for a page that was read, with its rows and its text.
func (x *exchange) reserveAnswer(size int) error { return x.reserve(2 * int64(size)) }

// reserve reserves size bytes in all for the request.
func (x *exchange) reserve(size int64) error {
	more := size - x.reserved
	if more <= 0 || x.budget == nil {
		return nil
	}
	if err := x.budget.take(x.caller.Tenant, more); err != nil {
		return err
	}
	x.reserved = size
	return nil
}

// release gives back what the request and the requests in it have reserved.
func (x *exchange) release() {
	if size := x.reserved + x.adopted.Swap(0); size > 0 {
		x.budget.giveBack(x.caller.Tenant, size)
	}
	x.reserved = 0
}

// handOver gives back what a request in a batch has reserved, but for its answer, which the batch keeps until all are sent.
func (x *exchange) handOver(batch *exchange, answer int) {
	kept := min(x.reserved, int64(answer))
	batch.adopted.Add(kept)
	x.reserved -= kept
	x.release()
}
