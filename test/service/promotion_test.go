package service_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"

	"github.com/paypush/paypush/test/harness"
)

type recipient struct {
	OpenID string `json:"openid"`
	Status string `json:"status"`
	Way    string `json:"way"`
	Code   string `json:"code"`
	Report string `json:"report"`
	Advice struct {
		En string `json:"en"`
	} `json:"advice"`
}

// A promotion goes out by mass send, to those who want it: who wrote TD gets
// none until they take it back; the forecast says so before, and the platform's
// report stands beside everybody afterwards.
func TestInvariant16PromotionReachesWhoWantsIt(t *testing.T) {
	p := newPair(t)
	var people []string
	for _, name := range []string{"甲", "乙", "丙", "丁"} {
		var phone struct {
			OpenID string `json:"openid"`
		}
		p.box.Must(t, http.MethodPost, "/sandbox/wechat/followers", map[string]string{"nickname": name}, &phone)
		people = append(people, phone.OpenID)
	}
	p.says(t, people[1], "TD")
	p.says(t, people[2], "td")
	p.says(t, people[2], "恢复订阅")
	p.box.Must(t, http.MethodPost, "/sandbox/wechat/followers/"+people[3]+"/unfollow", nil, nil)
	for i, state := range []string{"", "refusing", "", "left"} {
		if state != "" {
			harness.Eventually(t, "the follower is "+state, func() bool { return p.listed(t, state, people[i]) })
		}
	}
	c := p.promotion(t, people)
	var forecast struct {
		People int64 `json:"people"`
		Ways   []struct {
			Way    string `json:"way"`
			People int64  `json:"people"`
		} `json:"ways"`
		Skipped  []struct{ Code string } `json:"skipped"`
		Sentence struct{ Zh, En string } `json:"sentence"`
	}
	p.api.Must(t, http.MethodGet, "/v1/campaigns/"+c+"/forecast", nil, &forecast)
	if forecast.People != 4 || len(forecast.Ways) != 1 || forecast.Ways[0].Way != "mass" || forecast.Ways[0].People != 2 ||
		len(forecast.Skipped) != 2 || !strings.HasPrefix(forecast.Sentence.En, "4 people, 100 a day: done ") {
		t.Errorf("forecast %+v", forecast)
	}
	p.api.Must(t, http.MethodPost, "/v1/campaigns/"+c+"/trials", map[string]any{"to": map[string]string{"openid": people[0]}}, nil)
	harness.Eventually(t, "the trial arrives", func() bool { return p.arrived(t, people[0], "周末八折") == 1 })
	p.api.Must(t, http.MethodPost, "/v1/campaigns/"+c+"/start", nil, nil)
	want := map[string]string{people[0]: "sent", people[1]: "promotions_refused", people[2]: "sent", people[3]: "not_following"}
	harness.Eventually(t, "everybody has their end, and the report", func() bool {
		all := p.recipients(t, c)
		for _, r := range all {
			if r.Status != want[r.OpenID] && r.Code != want[r.OpenID] || r.Status == "sent" && r.Report != "delivered" || r.Code != "" && r.Advice.En == "" {
				return false
			}
		}
		return len(all) == 4
	})
	for i, times := range []int{2, 0, 1, 0} {
		if got := p.arrived(t, people[i], "周末八折"); got != times {
			t.Errorf("%d messages arrived at the phone %d, want %d", got, i, times)
		}
	}
	p.exported(t, c, want)
}

// The platform's word that a mass call is done was lost: the server asks for it
// some minutes later, and the report stands beside everybody all the same.
func TestAPromotionsLostReportIsAskedFor(t *testing.T) {
	p := newPair(t)
	var people []string
	for _, name := range []string{"甲", "乙"} {
		var phone struct {
			OpenID string `json:"openid"`
		}
		p.box.Must(t, http.MethodPost, "/sandbox/wechat/followers", map[string]string{"nickname": name}, &phone)
		people = append(people, phone.OpenID)
		p.says(t, phone.OpenID, "恢复订阅") // so that the account knows them
	}
	p.box.Must(t, http.MethodPut, "/sandbox/faults", map[string]any{"seed": 1, "rules": []map[string]any{{"at": "wechat.callback", "kind": "drop", "rate": 1}}}, nil)
	c := p.promotion(t, people)
	p.api.Must(t, http.MethodPost, "/v1/campaigns/"+c+"/start", nil, nil)
	all := func(report string) func() bool {
		return func() bool {
			told := 0
			for _, r := range p.recipients(t, c) {
				if r.Status == "sent" && r.Report == report {
					told++
				}
			}
			return told == len(people)
		}
	}
	harness.Eventually(t, "everybody is told, and nothing is reported", all(""))
	p.box.Must(t, http.MethodPost, "/sandbox/clock", map[string]string{"advance": "15m"}, nil)
	harness.Eventually(t, "the report is asked for", all("delivered"))
}

func (p *pair) says(t *testing.T, openid, text string) {
	t.Helper()
	before := p.arrived(t, openid, "Done as you wish")
	p.box.Must(t, http.MethodPost, "/sandbox/wechat/followers/"+openid+"/say", map[string]string{"text": text}, nil)
	harness.Eventually(t, "the choice is confirmed", func() bool { return p.arrived(t, openid, "Done as you wish") > before })
}

// arrived counts messages on a phone that hold a text.
func (p *pair) arrived(t *testing.T, openid, text string) (n int) {
	t.Helper()
	a := p.box
	var page struct {
		Messages []map[string]any `json:"messages"`
	}
	a.Must(t, http.MethodGet, "/sandbox/wechat/followers/"+openid+"/messages", nil, &page)
	for _, m := range page.Messages {
		if said, _ := m["text"].(string); strings.Contains(said, text) {
			n++
		}
	}
	return n
}

func (p *pair) listed(t *testing.T, state, openid string) bool {
	t.Helper()
	var page struct {
		Data []struct {
			OpenID string `json:"openid"`
		} `json:"data"`
	}
	p.api.Must(t, http.MethodGet, "/v1/followers?state="+state, nil, &page)
	return len(page.Data) == 1 && page.Data[0].OpenID == openid
}

func (p *pair) promotion(t *testing.T, people []string) string {
	t.Helper()
	var c struct {
		ID string `json:"id"`
	}
	p.api.Must(t, http.MethodPost, "/v1/campaigns", map[string]any{"title": "周末", "kind": "promotion", "text": "周末八折",
		"audience": map[string]any{"openids": people}, "quiet_hours": map[string]string{"from": "00:00", "to": "00:00"}}, &c)
	return c.ID
}

func (p *pair) recipients(t *testing.T, campaign string) []recipient {
	t.Helper()
	var page struct {
		Data []recipient `json:"data"`
	}
	p.api.Must(t, http.MethodGet, "/v1/campaigns/"+campaign+"/deliveries", nil, &page)
	return page.Data
}

func (p *pair) exported(t *testing.T, campaign string, want map[string]string) {
	t.Helper()
	a := p.send(t, http.MethodGet, "/v1/campaigns/"+campaign+"/deliveries.csv", "")
	rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
	if err != nil || len(rows) != 5 || !strings.Contains(a.header.Get("Content-Disposition"), campaign) {
		t.Fatalf("%v: %s", err, a.body)
	}
	for _, r := range rows[1:] {
		if r[1] != want[r[0]] && r[4] != want[r[0]] {
			t.Errorf("the export says %v", r)
		}
	}
}
