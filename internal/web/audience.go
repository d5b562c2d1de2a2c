package web

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/paypush/paypush/internal/fault"
	"github.com/paypush/paypush/internal/push"
)

const (
	maxListBody = 8 << 20 // of a form with a list of openids, in bytes
	maxList     = 100_000 // openids
	maxBad      = 20      // faulty lines that are shown
	maxEcho     = 1 << 20 // of a list that is shown again in the form, in bytes
)

var (
	openIDLine = regexp.MustCompile(`^[!-~]{1,64}$`)
	errList    = fault.Input("/openids", "list_invalid", "Some lines of the list are not openids. They are shown below; nothing was stored.")
	errNoList  = fault.Input("/openids", "openids_too_many", "A list has 1 to 100000 openids of at most 64 characters.")
	errPaid    = fault.Input("/since", "date_invalid", "Write a day as year-month-day, such as 2026-03-01.")
)

// badLine is a line of a list that is no openid.
type badLine struct {
	No   int
	Text string
}

// openIDList is an uploaded or pasted list, checked line by line.
type openIDList struct {
	openids []string
	text    string // to be shown again in the form
	bad     []badLine
	more    int // faulty lines beyond those
}

// multipartOf reads a form that may come with a file, all of it in memory
// within the limit.
func multipartOf(r *http.Request) error {
	err := r.ParseMultipartForm(maxListBody)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return errTooLarge
	case errors.Is(err, http.ErrNotMultipart):
		_, err = formOf(r)
		return err
	case err != nil:
		return errForm.Because("web.multipartOf", err)
	}
	return nil
}

// audienceOf reads whom a campaign tells.
func audienceOf(r *http.Request, get func(string) string, in *push.NewCampaign, listed bool) (list openIDList, err error) {
	switch in.Audience.Kind = get("audience"); in.Audience.Kind {
	case push.AudienceTag:
		if in.Audience.Tag, err = strconv.ParseInt(get("tag"), 10, 64); err != nil || in.Audience.Tag < 0 {
			return list, errTag
		}
	case push.AudiencePaidSince:
		if in.Audience.Since, err = time.ParseInLocation(time.DateOnly, get("since"), china); err != nil {
			return list, errPaid
		}
		in.Audience.Since = in.Audience.Since.UTC()
	case push.AudienceOpenIDs:
		list, err = listOf(r)
		if in.OpenIDs = list.openids; listed && len(list.openids)+len(list.bad) == 0 {
			err = nil
		}
		return list, err
	}
	return list, nil
}

// listOf reads the list of openids: the pasted one, and below it the file's.
func listOf(r *http.Request) (list openIDList, err error) {
	text := []byte(r.PostForm.Get("openids"))
	file, _, err := r.FormFile("file")
	if err == nil {
		defer file.Close()
		more, err := io.ReadAll(file)
		if err != nil {
			return list, errForm.Because("web.listOf", err)
		}
		text = append(append(text, '\n'), more...)
	}
	list = readList(text)
	switch {
	case len(list.bad) > 0:
		return list, errList
	case len(list.openids) == 0 || len(list.openids) > maxList:
		return list, errNoList
	}
	return list, nil
}

// readList takes the first column of every line for an openid. A line of names
// at the beginning, empty lines and repetitions do no harm.
func readList(text []byte) (list openIDList) {
	text = bytes.TrimPrefix(bytes.TrimSpace(text), []byte("\xef\xbb\xbf"))
	if len(text) <= maxEcho {
		list.text = strings.ToValidUTF8(string(text), "�")
	}
	seen, lines := map[string]bool{}, bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxListBody+1)
	for no := 1; lines.Scan(); no++ {
		cell, _, _ := strings.Cut(strings.ReplaceAll(lines.Text(), "\t", ","), ",")
		cell = strings.Trim(strings.TrimSpace(strings.TrimPrefix(cell, "\ufeff")), `"`)
		switch {
		case cell == "", no == 1 && strings.EqualFold(cell, "openid"), seen[cell]:
		case openIDLine.MatchString(cell):
			seen[cell] = true
			list.openids = append(list.openids, cell)
		case len(list.bad) < maxBad:
			list.bad = append(list.bad, badLine{no, clip(cell, 40)})
		default:
			list.more++
		}
	}
	return list
}

// clip cuts a text to so many characters.
func clip(text string, most int) string {
	runes := []rune(strings.ToValidUTF8(text, "�"))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most]) + "…"
}
