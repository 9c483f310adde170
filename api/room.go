package api

import (
	"fmt"
	"sync"
	"time"

	"installstatus/api/query"
)

// maxLists is how many bytes the lists in a batch may return together, as the contract says; the list that exceeds it is the
// last. Rule 19.
const maxLists = 16 << 20

// room limits the size of the lists in the response to a batch; no other part of it is long. Lists that could exceed the limit
// together wait for each other, so that at most one page exceeds it. Writes never wait and are never refused. A nil room has no
// limit.
type room struct {
	mutex   sync.Mutex
	changed sync.Cond // signaled by leave
	used    int       // bytes of the lists that have left
	reading int       // lists that have entered and not left
}

func newRoom() *room {
	r := new(room)
	r.changed.L = &r.mutex
	return r
}

// enter waits until there is room for a page. It returns an error if there is none left; otherwise the caller must call leave.
func (r *room) enter() error {
	if r == nil {
		return nil
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for r.reading > 0 && r.used < maxLists && r.used+r.reading*query.MaxPage >= maxLists {
		r.changed.Wait()
	}
	if r.used >= maxLists {
		return errNoRoom
	}
	r.reading++
	return nil
}

// leave ends what enter began, with the size of the list in bytes.
func (r *room) leave(size int) {
	if r == nil {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.used += size
	r.reading--
	r.changed.Broadcast()
}

// errNoRoom is a 429: clients send such requests again in another batch.
var errNoRoom = TooManyRequests(fmt.Sprintf("The list was not read: the other lists in this batch have more than %d bytes. Send the request again, alone or in another batch; $top and $select make lists shorter.", maxLists), time.Second)
