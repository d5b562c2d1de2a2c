package sandbox

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

const maxControlBody = 1 << 20

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
	writeJSON(w, http.StatusOK, all)
}

// showTruth answers the platforms' own ledgers; with ?sums=1 only their sums,
// for pages that ask often.
func (s *Sandbox) showTruth(w http.ResponseWriter, r *http.Request) {
	all := map[string]any{}
	for name, p := range s.platforms {
		if short, ok := p.(summer); ok && r.FormValue("sums") == "1" {
			all[name] = short.Sums()
			continue
		}
		all[name] = p.Truth()
	}
	writeJSON(w, http.StatusOK, all)
}

// showHistory answers the newest requests first: those of ?path= and after
// ?since=, at most ?limit= of them.
func (s *Sandbox) showHistory(w http.ResponseWriter, r *http.Request) {
	limit, err := strconv.Atoi(cmp.Or(r.FormValue("limit"), strconv.Itoa(historySize)))
	if err != nil || limit < 0 {
		refuse(w, http.StatusBadRequest, "limit is not a number")
		return
	}
	var since time.Time
	if text := r.FormValue("since"); text != "" {
		if since, err = time.Parse(time.RFC3339Nano, text); err != nil {
			refuse(w, http.StatusBadRequest, "since is not an RFC 3339 time")
			return
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"requests": s.history.list(r.FormValue("path"), since, limit)})
}

func (s *Sandbox) showClock(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]any{"now": s.world.Now(), "speed": s.world.Speed()})
}

func (s *Sandbox) moveClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance string `json:"advance"`
	}
	if !readJSON(w, r, &in) {
		return
	}
	d, err := time.ParseDuration(in.Advance)
	if err != nil || d <= 0 {
		refuse(w, http.StatusBadRequest, `advance must be a positive duration such as "25h"`)
		return
	}
	s.world.Advance(d)
	s.showClock(w, r)
}

// readJSON decodes a control body, or answers why not and returns false.
func readJSON(w http.ResponseWriter, r *http.Request, into any) bool {
	in := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControlBody))
	in.DisallowUnknownFields()
	if err := in.Decode(into); err != nil {
		refuse(w, http.StatusBadRequest, "the body is not the JSON expected here: "+err.Error())
		return false
	}
	return true
}

func refuse(w http.ResponseWriter, status int, reason string) {
	writeJSON(w, status, map[string]string{"error": reason})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
