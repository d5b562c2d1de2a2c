package metrics

import "time"

// Ran notes one run of a job. outcome is one of "done", "again", "dropped" and
// "failed".
func (m *Metrics) Ran(kind, outcome string, took time.Duration) {
	m.jobs.WithLabelValues(kind, outcome).Observe(took.Seconds())
}
