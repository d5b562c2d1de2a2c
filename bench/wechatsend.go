package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/paypush/paypush/wechat"
)

const (
	sendsInFlight = 64
	sendRounds    = 12
	sendPath      = "/cgi-bin/message/template/send?access_token="
)

// wechatSend sends template messages by the client as it comes, 64 in flight,
// to a handler in another process that always answers the same success. The
// bound is a bare net/http loop that posts the same body to the same handler.
func wechatSend(ctx context.Context, l *lab, report func(line)) error {
	p, address, err := startChild(ctx, fixedChild)
	if err != nil {
		return err
	}
	defer p.kill()
	client, err := wechat.New(wechat.Config{AppID: "wxbench", AppSecret: wechat.Secret(random(16)), BaseURL: "http://" + address})
	if err != nil {
		return err
	}
	message := template("oBench-openid-0000000000001", "bench-template-id-0000000000000000000000001")
	r, err := l.sends(ctx, client, message, "http://"+address)
	if err == nil {
		report(r)
	}
	return err
}

// sandboxWeChat is wechatSend to the sandbox, which checks, delivers and
// records. The bound stays the fixed handler.
func sandboxWeChat(ctx context.Context, l *lab, report func(line)) error {
	p, address, err := startChild(ctx, fixedChild)
	if err != nil {
		return err
	}
	defer p.kill()
	box, url, err := l.sandbox(ctx)
	if err != nil {
		return err
	}
	defer box.kill()
	var people struct {
		First string `json:"first_openid"`
	}
	client, templateID, err := sandboxClient(ctx, url)
	if err == nil {
		err = call(ctx, http.MethodPost, url+"/sandbox/wechat/followers/bulk", `{"count":1000000}`, &people)
	}
	if err != nil {
		return err
	}
	r, err := l.sends(ctx, client, template(people.First, templateID), "http://"+address)
	if err != nil {
		return err
	}
	if r.RSS, err = box.megabytes("VmHWM"); err == nil {
		report(r)
	}
	return err
}

// sandboxClient makes a client of the sandbox's account, and tells the id of
// its template.
func sandboxClient(ctx context.Context, url string) (client *wechat.Client, templateID string, err error) {
	var credentials struct {
		WeChat struct {
			AppID      string `json:"app_id"`
			Secret     string `json:"app_secret"`
			TemplateID string `json:"template_id"`
		} `json:"wechat"`
	}
	if err := call(ctx, http.MethodGet, url+"/sandbox/credentials", "", &credentials); err != nil {
		return nil, "", err
	}
	client, err = wechat.New(wechat.Config{AppID: credentials.WeChat.AppID, AppSecret: wechat.Secret(credentials.WeChat.Secret), BaseURL: url})
	return client, credentials.WeChat.TemplateID, err
}

func template(openID, id string) wechat.Template {
	return wechat.Template{ToUser: openID, TemplateID: id, URL: "https://pay.example.com/pay/ord_bench", Data: map[string]wechat.Value{
		"first": {Value: "您已成功付款"}, "keyword1": {Value: "12.34元"}, "keyword2": {Value: "一杯咖啡"},
		"keyword3": {Value: "BENCH10000000"}, "remark": {Value: "感谢您的使用"}}}
}

// sends measures a client against the bare loop at base.
func (l *lab) sends(ctx context.Context, client *wechat.Client, message wechat.Template, base string) (line, error) {
	body, err := json.Marshal(message)
	if err != nil {
		return line{}, err
	}
	bare := &http.Client{Transport: &http.Transport{MaxIdleConns: sendsInFlight, MaxIdleConnsPerHost: sendsInFlight}}
	length := l.length / (2 * (sendRounds + 1))
	t, err := takeTurns(ctx, sendRounds, nil,
		func(ctx context.Context) (slice, error) {
			return inFlight(length, func() error { return postBare(ctx, bare, base+sendPath+fixedToken, body, fixedSend) })
		},
		func(ctx context.Context) (slice, error) {
			return inFlight(length, func() error { _, err := client.SendTemplate(ctx, message); return err })
		})
	return t.line("messages/s"), err
}

func postBare(ctx context.Context, hc *http.Client, url string, body []byte, want string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	resp, err := hc.Do(r)
	if err != nil {
		return err
	}
	got, err := io.ReadAll(resp.Body)
	if err == nil && string(got) != want {
		err = fmt.Errorf("the handler answered %q", got)
	}
	return errors.Join(err, resp.Body.Close())
}

// inFlight keeps do running on as many goroutines as messages may be in flight
// and counts how often it ended well.
func inFlight(d time.Duration, do func() error) (slice, error) {
	began := time.Now()
	end := began.Add(d)
	counts, errs := make([]int, sendsInFlight), make([]error, sendsInFlight)
	var all sync.WaitGroup
	for i := range counts {
		all.Go(func() {
			for time.Now().Before(end) {
				if errs[i] = do(); errs[i] != nil {
					return
				}
				counts[i]++
			}
		})
	}
	all.Wait()
	s := slice{took: time.Since(began)}
	for _, n := range counts {
		s.done += n
	}
	return s, first(errs)
}
