package push

import (
	"testing"
	"time"
)

// Invariant 16: for each person and purpose the first legal way is chosen, in
// the order that was asked for, and every way that is passed over has its
// reason.
func TestInvariant16FirstLegalWayIsChosen(t *testing.T) {
	now := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)
	open := Window{now.Add(time.Hour), 1}
	service := choice{purpose: PurposeService, ways: []Way{WayTemplate, WayCustom}, text: true, mapped: true}
	promotion := choice{purpose: PurposePromotion, ways: []Way{WayMass, WayCustom}, text: true, gap: 24 * time.Hour}
	silent := Preferences{NoNotices: true, Without: []Way{WayTemplate, WayCustom}}
	with := func(c choice, change func(*choice)) choice { change(&c); return c }
	for name, one := range map[string]struct {
		choice   choice
		known    bool
		follower Follower
		before   Skips
		want     Way
		skips    string
		none     string
	}{
		"a service by template":                  {service, true, Follower{Following: true}, nil, WayTemplate, "", ""},
		"a stranger may follow":                  {service, false, Follower{}, nil, WayTemplate, "", ""},
		"who left":                               {service, true, Follower{Typed: open}, nil, "", "", CodeLeft},
		"custom first, the window open":          {with(service, func(c *choice) { c.ways = []Way{WayCustom, WayTemplate} }), true, Follower{Following: true, Brief: open}, nil, WayCustom, "", ""},
		"custom first, the window closed":        {with(service, func(c *choice) { c.ways = []Way{WayCustom, WayTemplate} }), true, Follower{Following: true}, nil, WayTemplate, "custom:window_closed", ""},
		"the window about to close":              {with(service, func(c *choice) { c.ways = []Way{WayCustom} }), true, Follower{Following: true, Typed: Window{now.Add(time.Second), 5}}, nil, "", "custom:window_closed", CodeWindow},
		"the window's messages used up":          {with(service, func(c *choice) { c.ways = []Way{WayCustom} }), true, Follower{Following: true, Typed: Window{now.Add(time.Hour), 0}}, nil, "", "custom:window_closed", CodeWindow},
		"no template at the account":             {with(service, func(c *choice) { c.mapped = false }), true, Follower{Following: true, Typed: open}, nil, WayCustom, "template:template_unmapped", ""},
		"neither a template nor words":           {with(service, func(c *choice) { c.mapped, c.text = false, false }), true, Follower{Following: true, Typed: open}, nil, "", "template:template_unmapped,custom:no_text", CodeUnmapped},
		"what the platform refused is not tried": {service, true, Follower{Following: true, Typed: open}, Skips{{WayTemplate, "43101"}}, WayCustom, "template:43101", ""},
		"a promotion by mass send":               {promotion, true, Follower{Following: true}, nil, WayMass, "", ""},
		"four this month, the window open":       {promotion, true, Follower{Following: true, MassMonth: MonthOf(now), MassCount: 4, Typed: open}, nil, WayCustom, "mass:mass_quota", ""},
		"four this month":                        {promotion, true, Follower{Following: true, MassMonth: MonthOf(now), MassCount: 4}, nil, "", "mass:mass_quota,custom:window_closed", CodeMonth},
		"four last month":                        {promotion, true, Follower{Following: true, MassMonth: MonthOf(now) - 1, MassCount: 4}, nil, WayMass, "", ""},
		"nobody of whom nothing is known":        {promotion, false, Follower{}, nil, "", "mass:follower_unknown,custom:window_closed", CodeStranger},
		"who refuses, in any way":                {promotion, true, Follower{Following: true, Preferences: Preferences{NoPromotions: true}, Typed: open}, nil, "", "", CodeRefused},
		"no promotions, and this is a service":   {service, true, Follower{Following: true, Preferences: Preferences{NoPromotions: true}}, nil, WayTemplate, "", ""},
		"who wants no notices":                   {service, true, Follower{Following: true, Preferences: Preferences{NoNotices: true}}, nil, "", "", CodeNoNotices},
		"no notices, and this is a promotion":    {promotion, true, Follower{Following: true, Preferences: Preferences{NoNotices: true}}, nil, WayMass, "", ""},
		"no notices, but an order needs it":      {with(service, func(c *choice) { c.needed = true }), true, Follower{Following: true, Preferences: silent}, nil, WayTemplate, "", ""},
		"no cards, the window open":              {service, true, Follower{Following: true, Preferences: Preferences{Without: []Way{WayTemplate}}, Typed: open}, nil, WayCustom, "template:way_refused", ""},
		"neither cards nor chat":                 {service, true, Follower{Following: true, Preferences: Preferences{Without: []Way{WayTemplate, WayCustom}}, Typed: open}, nil, "", "template:way_refused,custom:way_refused", CodeNoWay},
		"who was told an hour ago":               {promotion, true, Follower{Following: true, PromotedAt: now.Add(-time.Hour), Typed: open}, nil, "", "", CodeRecent},
		"who was told the day before yesterday":  {promotion, true, Follower{Following: true, PromotedAt: now.Add(-48 * time.Hour)}, nil, WayMass, "", ""},
	} {
		way, skips, none := one.choice.way(Candidate{Delivery{Skips: one.before}, one.known, one.follower}, now)
		if way != one.want || skips.String() != one.skips || none != one.none {
			t.Errorf("%s: %q %q %q, want %q %q %q", name, way, skips, none, one.want, one.skips, one.none)
		}
		if none != "" && advice(none).En == "" || none != "" && advice(none).Zh == "" {
			t.Errorf("%s: nothing is said about %s", name, none)
		}
	}
}

// Only legal ways are taken, each once.
func TestInvariant16NoOtherWayIsTaken(t *testing.T) {
	for _, one := range []struct {
		ways     []Way
		purpose  Purpose
		template bool
		good     bool
	}{
		{nil, PurposeService, false, true}, {[]Way{WayCustom, WayTemplate}, PurposeService, true, true}, {[]Way{WayTemplate}, PurposeService, false, false},
		{[]Way{WayMass}, PurposeService, true, false}, {[]Way{WayTemplate}, PurposePromotion, true, false}, {[]Way{WayCustom, WayCustom}, PurposeService, true, false},
		{[]Way{WayPreview}, PurposePromotion, false, false}, {[]Way{WayCustom, WayMass}, PurposePromotion, false, true}, {[]Way{"pigeon"}, PurposeService, true, false},
	} {
		ways, err := waysOf(one.ways, one.purpose, one.template)
		if (err == nil) != one.good || err == nil && len(ways) == 0 {
			t.Errorf("%v for %s: %v, %v", one.ways, one.purpose, ways, err)
		}
	}
	all := Skips{{WayTemplate, CodeUnmapped}, {WayCustom, "45015"}}
	if got := ParseSkips(all.String()).String(); got != all.String() || ParseSkips("") != nil {
		t.Errorf("skips come back as %q", got)
	}
}

func TestForecastIsSaidForPeople(t *testing.T) {
	at := time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC) // noon in China
	u := Use{Way: WayTemplate, People: 120_000, Calls: 120_000, Daily: 100_000, Left: 100_000}
	u.reckon(at, 33, Quiet{0, 9 * 60})
	f := Forecast{At: at, People: 120_000, Ways: []Use{u}, Daily: u.Daily, DoneAt: u.done}
	if got := f.Sentence(); got.En != "120,000 people, 100,000 a day: done tomorrow 09:10" || got.Zh != "120,000 人，每天 100,000 次：预计明天 09:10 完成" {
		t.Errorf("it says %q and %q", got.En, got.Zh)
	}
	if u.days != 2 {
		t.Errorf("%d days", u.days)
	}
	soon := Forecast{At: at, People: 999, Ways: []Use{{}}, DoneAt: at.Add(90 * time.Minute)}
	if got := soon.Sentence().En; got != "999 people: done today 13:30" {
		t.Errorf("it says %q", got)
	}
	if got := (Forecast{People: 7}).Sentence().En; got != "7 people: nobody would be told" {
		t.Errorf("it says %q", got)
	}
}

func TestValuesAreCheckedAndWrittenByTheirTypes(t *testing.T) {
	tpl := Template{Params: map[string]Param{"name": ParamText, "price": ParamMoney, "when": ParamTime, "count": ParamNumber}}
	good := map[string]string{"name": "茶", "price": "1230", "when": "2026-03-02T04:00:00Z", "count": "-3.5", "more": "as it is"}
	if err := tpl.checkValues(good); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"name": "茶", "price": "12.30", "when": "2026-03-02 12:00:00", "count": "-3.5", "more": "as it is"}
	written := tpl.Written(good)
	for name, text := range want {
		if written[name] != text {
			t.Errorf("%s is written %q, want %q", name, written[name], text)
		}
	}
	if again := tpl.Written(written); again["price"] != "12.30" || again["when"] != want["when"] || tpl.checkValues(written) != nil {
		t.Errorf("what is written already changes: %v", again)
	}
	for name, bad := range map[string]string{"name": "", "price": "-1", "when": "noon", "count": "two"} {
		values := map[string]string{"name": "茶", "price": "1230", "when": "2026-03-02T04:00:00Z", "count": "1", name: bad}
		if tpl.checkValues(values) == nil {
			t.Errorf("%s may be %q", name, bad)
		}
	}
}
