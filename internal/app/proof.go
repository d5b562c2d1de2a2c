package app

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/proof"
)

// Prove holds the ledger against itself and, where sandboxURL names a running
// sandbox, against what that says happened. Each finding goes to report. It
// changes nothing, and the server may be running meanwhile.
func (o *Office) Prove(ctx context.Context, sandboxURL string, report func(proof.Finding) error) (proof.Tally, error) {
	tally, err := proof.Check(ctx, o.db.Books(), report)
	if err != nil || sandboxURL == "" {
		return tally, err
	}
	box := outside{strings.TrimRight(sandboxURL, "/"), &http.Client{Timeout: 5 * time.Minute}}
	truth, err := box.get(ctx, "/sandbox/truth")
	if err != nil {
		return tally, err
	}
	defer truth.Body.Close()
	if truth.StatusCode != http.StatusOK {
		return tally, fmt.Errorf("the sandbox answered %s", truth.Status)
	}
	more, err := proof.Compare(ctx, o.db.Books(), truth.Body, box.knows, report)
	tally.Trades, tally.Findings = more.Trades, tally.Findings+more.Findings
	return tally, err
}

// outside is a sandbox as a checker sees it.
type outside struct {
	base string
	http *http.Client
}

func (b outside) get(ctx context.Context, path string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base+path, nil)
	if err != nil {
		return nil, err
	}
	resp, err := b.http.Do(r)
	if err != nil {
		return nil, fmt.Errorf("the sandbox at %s does not answer: %w", b.base, err)
	}
	return resp, nil
}

// knows reports whether the platform has a trade of a number.
func (b outside) knows(ctx context.Context, number string) (bool, error) {
	resp, err := b.get(ctx, "/sandbox/alipay/trades/"+url.PathEscape(number))
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20)); err != nil {
		return false, err
	}
	switch resp.StatusCode {
	case http.StatusOK:
		return true, nil
	case http.StatusNotFound:
		return false, nil
	}
	return false, fmt.Errorf("the sandbox answered %s", resp.Status)
}
