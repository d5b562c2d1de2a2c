package alipay

import (
	"crypto/rsa"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/paypush/paypush/sandbox/world"
)

// maxLatency bounds how long a fault may hold a connection.
const maxLatency = time.Minute

// strikes are the faults that struck one gateway call.
type strikes struct {
	hit  []world.Fault
	line *queue
}

// queue lets a reordered answer wait until another one has overtaken it.
type queue struct {
	mu      sync.Mutex
	waiting []chan struct{}
}

func (p *Platform) strike(method string) strikes {
	return strikes{hit: p.world.Draw("alipay.gateway", "/gateway.do?method="+method), line: &p.post.answers}
}

func (s strikes) get(kind string) (world.Fault, bool) {
	for _, f := range s.hit {
		if f.Kind == kind {
			return f, true
		}
	}
	return world.Fault{}, false
}

func (s strikes) has(kind string) bool {
	_, ok := s.get(kind)
	return ok
}

// before applies what happens to a request on its way in. It returns false
// when there is nothing left to answer.
func (s strikes) before(w http.ResponseWriter, r *http.Request) bool {
	for _, f := range s.hit {
		switch f.Kind {
		case "drop":
			panic(http.ErrAbortHandler)
		case "http_500":
			http.Error(w, "Internal Server Error", http.StatusInternalServerError)
			return false
		case "latency", "delay":
			pause(r, f.Delay)
		}
	}
	return true
}

func pause(r *http.Request, d time.Duration) {
	timer := time.NewTimer(min(d, maxLatency))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
}

// errcode is the refusal that a fault puts in the place of the answer. Nothing
// is done then.
func (s strikes) errcode() (refusal, bool) {
	f, ok := s.get("errcode")
	if !ok {
		return refusal{}, false
	}
	if f.CodeText == "" {
		return refuse("isp.unknow-error"), true
	}
	return refuse(f.CodeText), true
}

// repeat runs a method, twice when the request was duplicated on its way.
func (s strikes) repeat(run func() reply) reply {
	out := run()
	if s.has("duplicate") {
		out = run()
	}
	return out
}

// after applies what happens once the work is done: the connection dies, or
// the answer is overtaken by another one.
func (s strikes) after() {
	if s.has("reply_lost") {
		panic(http.ErrAbortHandler)
	}
	if s.has("reorder") {
		s.line.wait()
		return
	}
	s.line.pass()
}

// falsify changes amounts in the answer, which is then signed as if it were
// true.
func (s strikes) falsify(out *reply) {
	if !s.has("wrong_amount") {
		return
	}
	for name, value := range out.fields {
		text, ok := value.(string)
		if !ok || !strings.HasSuffix(name, "amount") && !strings.HasSuffix(name, "fee") {
			continue
		}
		if amount, err := parseFen(text); err == nil {
			out.fields[name] = (amount + 1).String()
		}
	}
}

// garble is what the signature is made over.
func (s strikes) garble(inner string) string {
	if s.has("bad_signature") {
		return inner + " "
	}
	return inner
}

// key is the key that signs: a stranger's when the answer comes from another
// app's platform.
func (s strikes) key(own, stranger *rsa.PrivateKey) *rsa.PrivateKey {
	if s.has("wrong_app") {
		return stranger
	}
	return own
}

// wait blocks until another answer has passed, or for two seconds.
func (q *queue) wait() {
	overtaken := make(chan struct{})
	q.mu.Lock()
	q.waiting = append(q.waiting, overtaken)
	q.mu.Unlock()
	timer := time.NewTimer(2 * time.Second)
	defer timer.Stop()
	select {
	case <-overtaken:
	case <-timer.C:
	}
}

// pass lets those go who waited to be overtaken.
func (q *queue) pass() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, ch := range q.waiting {
		close(ch)
	}
	q.waiting = nil
}
