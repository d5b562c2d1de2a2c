package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/paypush/paypush/internal/remote"
)

type listenCommand struct {
	remoteFlags
	ForwardTo string   `help:"Post each event there, signed as a webhook, such as http://127.0.0.1:3000/hook." name:"forward-to"`
	Types     []string `help:"Only these types or families, such as order.paid,refund.*."`
	After     string   `help:"Begin behind this cursor of GET /v1/events; otherwise with what happens from now on." default:"latest"`
	Secret    string   `help:"Sign with this secret, whsec_..., rather than with one of this API key's own."`
	JSON      bool     `help:"Print whole events, one on a line." name:"json"`
}

// Run follows the events until it is told to stop.
func (c *listenCommand) Run(ctx context.Context) error {
	client, err := c.client()
	if err != nil {
		return err
	}
	f := remote.Follow{Types: c.Types, From: c.After, ForwardTo: c.ForwardTo, Secret: c.Secret, JSON: c.JSON, Out: os.Stdout}
	if f.Secret == "" {
		f.Secret = client.DevSecret()
	}
	if f.ForwardTo != "" {
		if !strings.Contains(f.ForwardTo, "://") {
			f.ForwardTo = "http://" + f.ForwardTo
		}
		fmt.Fprintf(os.Stderr, "forwarding to %s, signed with %s\n", f.ForwardTo, f.Secret)
	}
	return client.Follow(ctx, f)
}
