package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

// teller prints the steps of a story and speaks to the sandbox's own calls.
type teller struct {
	given
	out     *json.Encoder
	notices chan url.Values
	notify  string // where the shop hears from the platform
}

func newTeller(in given, out io.Writer) (*teller, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t := &teller{given: in, out: json.NewEncoder(out), notices: make(chan url.Values, 16), notify: "http://" + listener.Addr().String() + "/notify"}
	t.out.SetEscapeHTML(false)
	go func() { _ = http.Serve(listener, http.HandlerFunc(t.hear)) }()
	return t, nil
}

// hear keeps a notice as a shop reads it and says success.
func (t *teller) hear(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	t.notices <- r.Form
	_, _ = io.WriteString(w, "success")
}

// notice waits for the next notice.
func (t *teller) notice() (url.Values, error) {
	select {
	case all := <-t.notices:
		return all, nil
	case <-time.After(10 * time.Second):
		return nil, fmt.Errorf("no notice came")
	}
}

// step runs one step and prints what came of it.
func (t *teller) step(name string, act func(context.Context) (any, error)) {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	line := map[string]any{"step": name}
	if value, err := act(ctx); err != nil {
		line["error"] = map[string]any{"name": fmt.Sprintf("%T", err), "message": err.Error()}
	} else {
		line["value"] = value
	}
	if err := t.out.Encode(line); err != nil {
		panic(err)
	}
}

// control calls the sandbox's own interface and reads the answer into out.
func (t *teller) control(method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	if in == nil {
		body = nil
	}
	r, err := http.NewRequest(method, t.Sandbox+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 {
		return fmt.Errorf("%s %s: %s", method, path, resp.Status)
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

func (t *teller) pay(number string) error {
	return t.control(http.MethodPost, "/sandbox/alipay/trades/"+number+"/pay", nil, new(any))
}

// buyer is somebody who can pay.
func (t *teller) buyer() (string, error) {
	var people struct {
		Buyers []struct {
			ID string `json:"buyer_id"`
		} `json:"buyers"`
	}
	err := t.control(http.MethodGet, "/sandbox/alipay/buyers", nil, &people)
	if err == nil && len(people.Buyers) == 0 {
		err = fmt.Errorf("the sandbox has no buyers")
	}
	if err != nil {
		return "", err
	}
	return people.Buyers[0].ID, nil
}

// payCode is what a buyer shows at the till.
func (t *teller) payCode() (string, error) {
	buyer, err := t.buyer()
	if err != nil {
		return "", err
	}
	var shown struct {
		Code string `json:"auth_code"`
	}
	err = t.control(http.MethodPost, "/sandbox/alipay/buyers/"+buyer+"/code", nil, &shown)
	return shown.Code, err
}

// yesterday lets the world's clock pass midnight and names the day before.
func (t *teller) yesterday() (string, error) {
	var clock struct {
		Now time.Time `json:"now"`
	}
	if err := t.control(http.MethodGet, "/sandbox/clock", nil, &clock); err != nil {
		return "", err
	}
	day := clock.Now.In(time.FixedZone("Beijing", 8*3600)).Format(time.DateOnly)
	return day, t.control(http.MethodPost, "/sandbox/clock", map[string]string{"advance": "34h"}, new(any))
}

// open does what a payer's browser does with a link.
func open(link string) (any, error) {
	resp, err := http.Get(link)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	return map[string]any{"status": resp.StatusCode, "type": resp.Header.Get("Content-Type")}, nil
}
