package web

import (
	"encoding/csv"
	"mime"
	"net/http"
	"strings"
	"time"
)

// exportEvery is after how many lines an export is sent on.
const exportEvery = 1000

// export sends what fill writes as a file for spreadsheets, line by line, as
// it is read. Where it fails on the way it cuts the connection, so that a part
// is never taken for the whole.
func (s *Site) export(w http.ResponseWriter, r *http.Request, name string, fill func(write func(cells ...string) error) error) {
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + ".csv"}))
	if err := writeSheet(w, fill); err != nil {
		s.Log.WarnContext(r.Context(), "an export broke off", "file", name, "error", err)
		panic(http.ErrAbortHandler)
	}
}

func writeSheet(w http.ResponseWriter, fill func(write func(cells ...string) error) error) error {
	if _, err := w.Write([]byte("\xef\xbb\xbf")); err != nil { // by which Excel knows UTF-8
		return err
	}
	out, on, lines := csv.NewWriter(w), http.NewResponseController(w), 0
	err := fill(func(cells ...string) error {
		if lines++; lines%exportEvery == 1 {
			_ = on.SetWriteDeadline(time.Now().Add(writeWait))
			out.Flush()
		}
		for i := range cells {
			cells[i] = cell(cells[i])
		}
		return out.Write(cells)
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// cell keeps a spreadsheet from taking what somebody else wrote for a formula.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(text)[0]) {
		return "'" + text
	}
	return text
}

// cellTime writes a moment as spreadsheets read it, in China; the zero time is
// empty.
func cellTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(china).Format(time.DateTime)
}
