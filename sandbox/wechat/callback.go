package wechat

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// maxAnswer bounds what of a callback's answer is read.
const maxAnswer = 64 << 10

// callbackClient never follows redirects: the platform does not.
func callbackClient() *http.Client {
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// signedURL adds what authenticates a request to the callback URL.
func (a account) signedURL(base string, unix int64, extra url.Values) string {
	stamp, nonce := strconv.FormatInt(unix, 10), strconv.FormatUint(markOf(hexText(8))%1e10, 10)
	q := url.Values{"timestamp": {stamp}, "nonce": {nonce}, "signature": {signature(a.Token, stamp, nonce)}}
	for key, v := range extra {
		q[key] = v
	}
	mark := "?"
	if strings.Contains(base, "?") {
		mark = "&"
	}
	return base + mark + q.Encode()
}

// verifyURL is the check when a callback URL is entered: the answer must be
// the raw echostr, in every mode.
func (p *Platform) verifyURL(ctx context.Context, a account, target string) error {
	echo := strconv.FormatUint(markOf(hexText(8)), 10)
	u := a.signedURL(target, p.world.Now().Unix(), url.Values{"echostr": {echo}})
	status, answer, err := p.ask(ctx, http.MethodGet, u, "")
	switch {
	case err != nil:
		return fmt.Errorf("the callback URL could not be reached: %w", err)
	case status != http.StatusOK:
		return fmt.Errorf("the callback URL answered %d", status)
	case answer != echo:
		return fmt.Errorf("the callback URL did not answer the raw echostr")
	}
	return nil
}

// ask makes one request to the callback URL within the platform's patience.
func (p *Platform) ask(ctx context.Context, method, target, body string) (int, string, error) {
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	if err != nil {
		return 0, "", err
	}
	r.Header.Set("User-Agent", "Mozilla/4.0")
	if body != "" {
		r.Header.Set("Content-Type", "text/xml")
	}
	resp, err := callbackClient().Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return resp.StatusCode, string(b), err
}

// post sends a push once. The reason is empty when the account took it.
func (p *Platform) post(ctx context.Context, it *pushed, s strike) (status int, answer, reason string) {
	if s.drop {
		return 0, "", "fault: dropped on the way"
	}
	p.mu.Lock()
	a := p.account
	p.mu.Unlock()
	target, body, err := a.compose(it, p.world.Now().Unix(), s)
	if err != nil {
		return 0, "", err.Error()
	}
	status, answer, err = p.ask(ctx, http.MethodPost, target, body)
	switch {
	case err != nil:
		return status, answer, "no answer: " + err.Error()
	case s.lost:
		return 0, "", "fault: the answer was lost"
	case s.http500:
		return http.StatusInternalServerError, "", "fault: taken as a status of 500"
	case status != http.StatusOK:
		return status, answer, "answered " + strconv.Itoa(status)
	}
	return status, answer, ""
}

// compose writes the request for one attempt in the account's mode.
func (a account) compose(it *pushed, now int64, s strike) (target, body string, err error) {
	if s.forged {
		a.Token = hexText(12)
	}
	if s.wrongApp {
		a.AppID, a.OriginalID = "wx"+hexText(8), "gh_"+hexText(6)
	}
	mode := a.Settings.Mode
	var plain strings.Builder
	writeFields(&plain, []field{{"ToUserName", a.OriginalID}, {"FromUserName", it.OpenID}, {"CreateTime", strconv.FormatInt(it.At, 10)}})
	writeFields(&plain, it.Fields)
	query := url.Values{"openid": {it.OpenID}}
	if mode == modePlain {
		return a.signedURL(a.Settings.CallbackURL, now, query), "<xml>" + plain.String() + "</xml>", nil
	}
	sealed, err := seal(a.AESKey, a.AppID, []byte("<xml>"+plain.String()+"</xml>"))
	if err != nil {
		return "", "", err
	}
	var outer strings.Builder
	if mode == modeCompatible {
		outer.WriteString(plain.String())
	} else {
		writeFields(&outer, []field{{"ToUserName", a.OriginalID}})
	}
	writeFields(&outer, []field{{"Encrypt", sealed}})
	query.Set("encrypt_type", "aes")
	u, _ := url.Parse(a.signedURL(a.Settings.CallbackURL, now, query))
	q := u.Query()
	q.Set("msg_signature", signature(a.Token, q.Get("timestamp"), q.Get("nonce"), sealed))
	u.RawQuery = q.Encode()
	return u.String(), "<xml>" + outer.String() + "</xml>", nil
}

// passive is what an account may answer to a push.
type passive struct {
	XMLName   xml.Name `xml:"xml"`
	ToUser    string   `xml:"ToUserName"`
	MsgType   string   `xml:"MsgType"`
	Content   string   `xml:"Content"`
	Encrypt   string   `xml:"Encrypt"`
	Signature string   `xml:"MsgSignature"`
	Stamp     string   `xml:"TimeStamp"`
	Nonce     string   `xml:"Nonce"`
	Articles  []struct {
		Title       string `xml:"Title"`
		Description string `xml:"Description"`
		URL         string `xml:"Url"`
	} `xml:"Articles>item"`
	MediaID string `xml:"Image>MediaId"`
	Voice   string `xml:"Voice>MediaId"`
	Video   struct {
		MediaID     string `xml:"MediaId"`
		Title       string `xml:"Title"`
		Description string `xml:"Description"`
	} `xml:"Video"`
	Music struct {
		Title       string `xml:"Title"`
		Description string `xml:"Description"`
		URL         string `xml:"MusicUrl"`
	} `xml:"Music"`
}

// shown is how a reply looks in the chat.
func (r *passive) shown() message {
	m := message{Via: viaReply, MsgType: r.MsgType, Text: r.Content}
	switch {
	case r.MsgType == "image":
		m.Text = r.MediaID
	case r.MsgType == "voice":
		m.Text = r.Voice
	case r.MsgType == "video":
		m.Title, m.Text = r.Video.Title, r.Video.MediaID
	case r.MsgType == "music":
		m.Title, m.Text, m.URL = r.Music.Title, r.Music.Description, r.Music.URL
	case len(r.Articles) > 0:
		m.Title, m.Text, m.URL = r.Articles[0].Title, r.Articles[0].Description, r.Articles[0].URL
	}
	return m
}

// takeReply shows the account's answer in the chat, or that it was not to be
// understood.
func (p *Platform) takeReply(it *pushed, answer string) {
	reply, err := p.account.readReply(answer)
	if err != nil {
		it.State = pushFailed
		it.Attempts[len(it.Attempts)-1].Reason = err.Error()
		p.sayFaulty(it)
		return
	}
	if reply == nil {
		return
	}
	if reply.MsgType == "transfer_customer_service" {
		return
	}
	m := reply.shown()
	it.reply = m
	p.append(it.Person, m, 0, "")
}

// readReply takes an answer apart; nil means that there is nothing to say.
func (a account) readReply(answer string) (*passive, error) {
	answer = strings.TrimSpace(answer)
	if answer == "" || answer == "success" {
		return nil, nil
	}
	var reply passive
	if err := xml.Unmarshal([]byte(answer), &reply); err != nil {
		return nil, fmt.Errorf("the answer is no XML: %w", err)
	}
	if reply.Encrypt == "" {
		if a.Settings.Mode == modeSafe {
			return nil, fmt.Errorf("the answer is not encrypted, in safe mode")
		}
		return &reply, nil
	}
	if want := signature(a.Token, reply.Stamp, reply.Nonce, reply.Encrypt); reply.Signature != want {
		return nil, fmt.Errorf("the answer's MsgSignature is wrong")
	}
	inner, err := open(a.AESKey, a.AppID, reply.Encrypt)
	if err != nil {
		return nil, err
	}
	a.Settings.Mode = modePlain
	return a.readReply(string(inner))
}

// sayFaulty shows the platform's apology to who wrote a message.
func (p *Platform) sayFaulty(it *pushed) {
	if it.path() == "text" {
		p.append(it.Person, message{Via: fromEvent, MsgType: "notice", Text: "该公众号提供的服务出现故障，请稍后再试"}, 0, "")
	}
}
