package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/paypush/paypush/internal/app"
	"github.com/paypush/paypush/internal/config"
)

type devCommand struct {
	Listen        string `help:"Address of the server." default:"127.0.0.1:8080"`
	SandboxListen string `help:"Address of the sandbox." default:"127.0.0.1:8081"`
	Data          string `help:"Folder for everything that is kept." default:"./var" type:"path"`
	logFlags
}

// Run starts the sandbox, then the server over real HTTP to it, and waits.
func (c *devCommand) Run(ctx context.Context) error {
	log, err := c.logger(os.Stderr)
	if err != nil {
		return err
	}
	box, err := startSandbox(c.SandboxListen, filepath.Join(c.Data, "sandbox"), 1, log)
	if err != nil {
		return err
	}
	defer box.close() //nolint:errcheck // the server's own failure is what counts
	conf := config.Default()
	conf.Mode, conf.Listen, conf.Data, conf.SandboxURL = config.Sandbox, c.Listen, c.Data, box.url
	if err := sealingKey(&conf); err != nil {
		return err
	}
	collector(&conf.Traces)
	server, err := app.Start(ctx, conf, app.Options{Log: log, Version: version()})
	if err != nil {
		return err
	}
	hello, err := server.Introduce(ctx)
	if err != nil {
		return closeWith(server, err)
	}
	fmt.Printf("paypush 收付与推送 is running.\n\n  server  商店与收银  %s\n  sandbox 沙箱与手机  %s/sandbox/\n  sign in 一次性登录  %s\n\nCtrl-C stops it. 按 Ctrl-C 停止。\n",
		hello.URL, hello.SandboxURL, hello.LoginLink)
	return wait(ctx, server, 0)
}
