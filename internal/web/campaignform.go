package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

// campaignFields are the fields of the form beside the template's values.
var campaignFields = []string{"title", "audience", "tag", "since", "openids", "text", "link", "ways", "rate", "quiet_from", "quiet_to",
	"gap", "cap", "cap_days", "start", "start_at", "if_missed", "values"}

const (
	maxRate = 100_000 // messages a second
	maxGap  = 90 * 24 // hours
	minutes = 24 * 60 // of a day
	hand    = "hand"  // started by hand
	later   = "later" // started at a time
	maxLink = 512     // bytes
	atForm  = "2006-01-02T15:04"
)

var (
	errTitle  = fault.Input("/title", "title_invalid", "Give the activity a title of 1 to 64 characters.")
	errTag    = fault.Input("/tag", "tag_invalid", "Choose a tag.")
	errRate   = fault.Input("/rate", "rate_invalid", "The rate is 1 to 100000 messages a second, or empty for no limit.")
	errQuiet  = fault.Input("/quiet_from", "quiet_invalid", "Write both times as hours and minutes, such as 22:00, or leave both empty.")
	errGap    = fault.Input("/gap", "gap_invalid", "The pause between promotions is 0 to 2160 hours.")
	errMoment = fault.Input("/start_at", "moment_invalid", "Write day and time as 2026-03-01T08:30.")
	errLink   = fault.Input("/link", "link_invalid", "The address must begin with http or https and have at most 512 characters.")
)

// campaignOf reads the form, and every fault of it at once. Listed tells that a
// list of openids is there already and may stay.
func campaignOf(r *http.Request, listed bool) (in push.NewCampaign, list openIDList, err error) {
	get := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(r.PostForm.Get(name), "\r\n", "\n"))
	}
	in = push.NewCampaign{Title: get("title"), Purpose: push.Purpose(get("kind")), Link: get("link"), IfMissed: get("if_missed"), Ways: waysOf(get("ways"))}
	if in.Template = get("template"); in.Template != "" && in.Purpose == push.PurposeService {
		in.Values = postedValues(r)
	} else {
		in.Template, in.Text = "", get("text")
	}
	var all faults
	all.add(checkTitle(in.Title))
	all.add(checkLink(in.Link))
	list, err = audienceOf(r, get, &in, listed)
	all.add(err)
	all.add(paceOf(get, &in))
	all.add(startOf(get, &in))
	return in, list, all.err()
}

// faults gathers what is wrong with the fields of a form.
type faults struct{ first *fault.Error }

func (f *faults) add(err error) {
	one, ok := err.(*fault.Error) //nolint:errorlint // made by fault.Input, never wrapped
	switch {
	case !ok || one == nil:
	case f.first == nil:
		copied := *one
		f.first = &copied
	default:
		f.first.Fields = append(f.first.Fields[:len(f.first.Fields):len(f.first.Fields)], one.Fields...)
	}
}

func (f *faults) err() error {
	if f.first == nil {
		return nil
	}
	return f.first
}

func checkTitle(title string) error {
	if n := utf8.RuneCountInString(title); n < 1 || n > 64 || !utf8.ValidString(title) || strings.ContainsFunc(title, unicode.IsControl) {
		return errTitle
	}
	return nil
}

func checkLink(link string) error {
	if link == "" || len(link) <= maxLink && (strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://")) {
		return nil
	}
	return errLink
}

// paceOf reads how fast and when in a day it goes out.
func paceOf(get func(string) string, in *push.NewCampaign) error {
	var all faults
	if text := get("rate"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 || n > maxRate {
			all.add(errRate)
		}
		in.Rate = n
	}
	from, to := get("quiet_from"), get("quiet_to")
	in.Quiet = &push.Quiet{}
	if from != "" || to != "" {
		var ok, also bool
		in.Quiet.From, ok = minuteOf(from)
		if in.Quiet.To, also = minuteOf(to); !ok || !also {
			all.add(errQuiet)
		}
	}
	if text := get("gap"); text != "" && in.Purpose == push.PurposePromotion {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > maxGap {
			all.add(errGap)
		}
		gap := time.Duration(n) * time.Hour
		in.Gap = &gap
	}
	all.add(capOf(get, in))
	return all.err()
}

// capOf reads how many promotions one person is told at most; empty for none.
func capOf(get func(string) string, in *push.NewCampaign) error {
	most, days := get("cap"), get("cap_days")
	if most == "" && days == "" || in.Purpose != push.PurposePromotion {
		return nil
	}
	n, err := strconv.Atoi(most)
	m, err2 := strconv.Atoi(days)
	if in.Cap = (push.Cap{Most: n, Days: m}); err != nil || err2 != nil || in.Cap == (push.Cap{}) || !in.Cap.Valid() {
		return push.ErrCap
	}
	return nil
}

// startOf reads when it starts, as a clock in China shows it.
func startOf(get func(string) string, in *push.NewCampaign) error {
	if get("start") != later {
		return nil
	}
	at, err := time.ParseInLocation(atForm, get("start_at"), china)
	if err != nil {
		return errMoment
	}
	in.StartAt = at.UTC()
	return nil
}

// minuteOf reads a clock as minutes after midnight.
func minuteOf(clock string) (int, bool) {
	at, err := time.Parse("15:04", clock)
	return at.Hour()*60 + at.Minute(), err == nil
}

func clockOf(minute int) string { return fmt.Sprintf("%02d:%02d", minute%minutes/60, minute%60) }

// wayKey writes an order of ways for a form, and waysOf reads it; empty for
// all that are legal.
func wayKey(ways []push.Way) string {
	parts := make([]string, len(ways))
	for i, w := range ways {
		parts[i] = string(w)
	}
	return strings.Join(parts, " ")
}

func waysOf(key string) (all []push.Way) {
	for _, w := range strings.Fields(key) {
		all = append(all, push.Way(w))
	}
	return all
}

// WayOrder says in which order ways are tried.
func (b Base) WayOrder(ways []push.Way) string {
	names := make([]string, len(ways))
	for i, w := range ways {
		names[i] = b.WayName(w)
	}
	return strings.Join(names, b.T("way.then"))
}
