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

// room is what the answer to a batch has for its lists, the only answers that are long. Lists that could exceed it together wait
// for each other, so that no more than one page does. Writes never wait, and none is refused. A nil room is endless.
type room struct {
	mutex   sync.Mutex
	left    sync.Cond // somebody has
	used    int       // bytes of the lists that were answered
	reading int       // lists that were not, and have entered
}

func newRoom() *room {
	r := new(room)
	r.left.L = &r.mutex
	return r
}

// enter waits until there is room for a page. It is an error if there is none any more; otherwise leave must follow.
func (r *room) enter() error {
	if r == nil {
		return nil
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for r.reading > 0 && r.used < maxLists && r.used+r.reading*query.MaxPage >= maxLists {
		r.left.Wait()
	}
	if r.used >= maxLists {
		return errNoRoom
	}
	r.reading++
	return nil
}

// leave says how many bytes the answer has.
func (r *room) leave(answered int) {
	if r == nil {
		return
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.used += answered
	r.reading--
	r.left.Broadcast()
}

// errNoRoom is a 429, which clients of batches send again in another one.
var errNoRoom = TooManyRequests(fmt.Sprintf("The list was not read: those of this batch that were have more than %d bytes. Send the request again, alone or in another batch; $top and $select make lists shorter.", maxLists), time.Second)
