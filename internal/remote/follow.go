package remote

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/paypush/paypush/internal/event"
	"github.com/paypush/paypush/internal/webhook"
	"github.com/paypush/paypush/internal/webhook/post"
)

// Follow says what to do with the events of a server.
type Follow struct {
	Types     []string  // as those of a webhook endpoint; none means every type
	From      string    // a cursor, or "latest" for what happens from now on
	ForwardTo string    // where events are posted, signed; empty for nowhere
	Secret    string    // what they are signed with
	JSON      bool      // print whole events, one on a line
	Out       io.Writer // where they are printed
}

// DevSecret is the secret that events are signed with on a developer's
// machine: the same for the same API key, so that it can stay in a setting.
func (c *Client) DevSecret() string {
	mac := hmac.New(sha256.New, []byte(c.key))
	mac.Write([]byte("paypush listen"))
	return "whsec_" + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

const (
	followEvery = 400 * time.Millisecond
	patience    = 30 * time.Second
)

// Follow prints and forwards events in their order until ctx ends, which is
// not an error. It skips none: while the server is away it waits. What the
// application answers is printed and not tried again. A server that refuses
// the key ends it.
func (c *Client) Follow(ctx context.Context, f Follow) error {
	sender := post.New(webhook.Guard{Anything: true}, "listen")
	defer sender.Close()
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for away := false; ; {
		all, next, err := c.events(ctx, f.From)
		var refused *Refused
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, &refused) && refused.Status < http.StatusInternalServerError:
			return err
		case err != nil && !away:
			fmt.Fprintf(f.Out, "%s  the server is away; waiting\n", clock())
		}
		away = err != nil
		for _, e := range all {
			if (webhook.Endpoint{Types: f.Types}).Wants(e.Type) {
				f.show(ctx, sender, e)
			}
		}
		f.From = next
		if len(all) > 0 {
			continue
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (f Follow) show(ctx context.Context, sender *post.Sender, e event.Event) {
	body, err := webhook.Body(e)
	if err != nil {
		fmt.Fprintf(f.Out, "%s  %s can't be shown: %v\n", clock(), e.ID, err)
		return
	}
	if f.JSON {
		fmt.Fprintf(f.Out, "%s\n", body)
	} else {
		fmt.Fprintf(f.Out, "%s  %-26s %s  %s\n", clock(), e.Type, e.Object, e.ID)
	}
	if f.ForwardTo == "" {
		return
	}
	at := time.Now()
	signature, err := webhook.Sign([]string{f.Secret}, e.ID, at, body)
	if err != nil {
		fmt.Fprintf(f.Out, "          not forwarded: %v\n", err)
		return
	}
	reply := sender.Post(ctx, webhook.Request{URL: f.ForwardTo, ID: e.ID, At: at, Signature: signature, Body: body})
	switch {
	case f.JSON && reply.Status/100 == 2:
	case reply.Status == 0:
		fmt.Fprintf(f.Out, "          not forwarded: %s\n", reply.Error)
	default:
		fmt.Fprintf(f.Out, "          forwarded: %d in %s\n", reply.Status, reply.Took.Round(time.Millisecond))
	}
}

func clock() string { return time.Now().Format("15:04:05") }
