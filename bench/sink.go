package main

import (
	"encoding/json"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// sinkAnswer is what the endpoint of the team's application answers.
const sinkAnswer = "ok"

// sinkCount is how many posts came since it was asked to forget, and when the
// first did, in microseconds since 1970.
type sinkCount struct {
	Posts int   `json:"posts"`
	First int64 `json:"first"`
}

// sink takes posts and counts them.
func sink(mux *http.ServeMux) {
	var posts, first atomic.Int64
	mux.HandleFunc("POST /", func(w http.ResponseWriter, r *http.Request) {
		if posts.Add(1) == 1 {
			first.Store(time.Now().UnixMicro())
		}
		io.Copy(io.Discard, r.Body)   //nolint:errcheck // what came does not matter
		io.WriteString(w, sinkAnswer) //nolint:errcheck // the caller has gone
	})
	tell := func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(sinkCount{int(posts.Load()), first.Load()}) //nolint:errcheck // the caller has gone
	}
	mux.HandleFunc("GET /count", tell)
	mux.HandleFunc("DELETE /count", func(w http.ResponseWriter, r *http.Request) {
		posts.Store(0)
		tell(w, r)
	})
}
