package api_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// changes are the calls of the domains by which the API changes money, people
// or settings. What it only adds for others, orders, messages and events of
// the team's own, bears the key's name elsewhere or is a payer's affair.
var changes = regexp.MustCompile(`(?:a\.(?:Pay|Push|Webhooks|Campaigns|Followers|Members)\.(?:PlaceRefund|DecideRefund|RefundSurplus|AcceptSurplus|KeepSurplus|` +
	`Rotate|Update|Delete|Replay|ReplayRange|AddRule|ChangeRule|DeleteRule|SaveTemplate|Prefer|Sync|PlaceLink|Untie)|a\.Webhooks\.Place|a\.(?:Campaigns|Members)\.Place|act|do|decide)\(`)

// Every function that changes something notes who asked for it.
func TestEveryChangeByAKeyIsNoted(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range strings.Split(string(b), "\nfunc ") {
			if !changes.MatchString(f) || !strings.HasPrefix(f, "(a *API)") || strings.HasPrefix(f, "(a *API) acted(") {
				continue
			}
			found++
			if !strings.Contains(f, "audit.Note(") && !strings.Contains(f, "a.decideSurplus(") {
				t.Errorf("%s: %s changes something and notes nothing", name, strings.SplitN(f, "\n", 2)[0])
			}
		}
	}
	if found < 15 {
		t.Fatalf("only %d functions found; the search is broken", found)
	}
}
