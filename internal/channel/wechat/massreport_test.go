package wechat_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/paypush/paypush/internal/push"
)

// How a mass call ended is what the platform says when it is asked; a call
// that it knows nothing of is not asked about again.
func TestHowAMassCallEnded(t *testing.T) {
	state := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintf(w, `{"msg_id":7,"msg_status":%q}`, s) }
	}
	for name, one := range map[string]struct {
		answer        http.HandlerFunc
		report        string
		ended, failed bool
	}{
		"done":        {state("SEND_SUCCESS"), push.ReportDelivered, true, false},
		"still going": {state("SENDING"), "", false, false},
		"failed":      {state("SEND_FAIL"), push.ReportFailed, true, false},
		"taken back":  {state("DELETE"), "", true, false},
		"forgotten":   {code(40059), "", true, false},
		"busy":        {code(-1), "", false, true},
	} {
		report, ended, err := platform(t, one.answer).MassReport(t.Context(), "7")
		if report != one.report || ended != one.ended || (err != nil) != one.failed {
			t.Errorf("%s: %q %v %v", name, report, ended, err)
		}
	}
	if _, ended, err := platform(t, code(-1)).MassReport(t.Context(), "no number"); !ended || err != nil {
		t.Errorf("no number: %v %v", ended, err)
	}
}
