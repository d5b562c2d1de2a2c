package sandbox

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/paypush/paypush/sandbox/control"
)

// registerControl adds the calls that belong to the world as a whole.
func (s *Sandbox) registerControl(mux *http.ServeMux) {
	mux.HandleFunc("GET /sandbox/clock", s.showClock)
	mux.HandleFunc("POST /sandbox/clock", s.moveClock)
	mux.HandleFunc("GET /sandbox/faults", s.showFaults)
	mux.HandleFunc("PUT /sandbox/faults", s.putFaults)
	mux.HandleFunc("DELETE /sandbox/faults", s.clearFaults)
	mux.HandleFunc("GET /sandbox/history", s.showHistory)
	mux.HandleFunc("GET /sandbox/credentials", s.showCredentials)
	mux.HandleFunc("GET /sandbox/truth", s.showTruth)
	mux.HandleFunc("GET /sandbox/ca.pem", s.showAuthority)
}

func (s *Sandbox) showCredentials(w http.ResponseWriter, _ *http.Request) {
	all := map[string]any{}
	for name, p := range s.platforms {
		all[name] = p.Credentials()
	}
	control.Answer(w, http.StatusOK, all)
}

// showTruth answers the platforms' own ledgers; with ?sums=1 only their sums,
// for pages that ask often.
func (s *Sandbox) showTruth(w http.ResponseWriter, r *http.Request) {
	if r.FormValue("sums") != "1" {
		s.tellTruth(w)
		return
	}
	all := map[string]any{}
	for name, p := range s.platforms {
		if short, ok := p.(summer); ok {
			all[name] = short.Sums()
			continue
		}
		all[name] = p.Truth()
	}
	control.Answer(w, http.StatusOK, all)
}

// tellTruth writes one ledger after the other, since all of them at once may
// take more memory than there is. An answer that broke off is no JSON.
func (s *Sandbox) tellTruth(w http.ResponseWriter) {
	control.Head(w, http.StatusOK)
	next := "{"
	for _, name := range slices.Sorted(maps.Keys(s.platforms)) {
		if _, err := fmt.Fprintf(w, "%s%q:", next, name); err != nil {
			return
		}
		if err := tell(w, s.platforms[name]); err != nil {
			return
		}
		next = ","
	}
	io.WriteString(w, "}\n") //nolint:errcheck // nobody reads it then
}

func tell(w io.Writer, p platform) error {
	if long, ok := p.(teller); ok {
		return long.TellTruth(w)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	return out.Encode(p.Truth())
}

// showHistory answers the newest requests first: those of ?path= and after
// ?since=, at most ?limit= of them.
func (s *Sandbox) showHistory(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(cmp.Or(r.FormValue("limit"), strconv.Itoa(historySize)))
	if err != nil || limit < 0 {
		control.Refuse(w, http.StatusBadRequest, errors.New("limit is not a number"))
		return
	}
	var since time.Time
	if text := r.FormValue("since"); text != "" {
		if since, err = time.Parse(time.RFC3339Nano, text); err != nil {
			control.Refuse(w, http.StatusBadRequest, errors.New("since is not an RFC 3339 time"))
			return
		}
	}
	control.Answer(w, http.StatusOK, map[string]any{"requests": s.history.list(r.FormValue("path"), since, limit)})
}

func (s *Sandbox) showClock(w http.ResponseWriter, _ *http.Request) {
	control.Answer(w, http.StatusOK, map[string]any{"now": s.world.Now(), "speed": s.world.Speed()})
}

func (s *Sandbox) moveClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance string `json:"advance"`
	}
	if !control.Read(w, r, &in) {
		return
	}
	d, err := time.ParseDuration(in.Advance)
	if err != nil || d <= 0 {
		control.Refuse(w, http.StatusBadRequest, errors.New(`advance must be a positive duration such as "25h"`))
		return
	}
	s.world.Advance(d)
	s.showClock(w, r)
}
