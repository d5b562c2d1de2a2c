package alipay

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
)

const maxBillLine = 1 << 20

// BillReader reads one CSV file of a bill line by line, in memory that does not
// grow with the file. It is not safe for concurrent use.
type BillReader struct {
	// Title is the first line, without its mark.
	Title string
	// Account is the merchant's number with its suffix, as "20880000000000010156".
	Account string
	// From and To bound the bill, in UTC; To is not part of it.
	From, To time.Time
	// Columns are the headings.
	Columns []string
	// Notes are the marked lines behind the rows, with totals for people; complete
	// once the rows have been read to their end.
	Notes []string

	lines  *bufio.Scanner
	line   int
	layout billLayout
	ended  bool
	err    error
	file   io.Closer
}

// NewBillReader starts to read a CSV file as it is in the archive, GBK or UTF-8, up
// to its headings. A file without headings matches [ErrMalformed].
func NewBillReader(r io.Reader) (*BillReader, error) {
	b := &BillReader{lines: bufio.NewScanner(billText(r))}
	b.lines.Buffer(make([]byte, 0, 16<<10), maxBillLine)
	for b.scan() {
		text := b.lines.Text()
		if mark, ok := strings.CutPrefix(text, "#"); ok {
			b.head(strings.TrimSpace(mark))
			continue
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		b.Columns = splitBillLine(text)
		b.layout = layoutOf(b.Columns)
		return b, nil
	}
	if err := b.lines.Err(); err != nil {
		return nil, fmt.Errorf("alipay: bill: %w: %w", ErrMalformed, err)
	}
	return nil, fmt.Errorf("alipay: bill: %w: no headings", ErrMalformed)
}

// billText decodes GBK, which real bills are in, unless the file says otherwise.
func billText(r io.Reader) io.Reader {
	in := bufio.NewReaderSize(r, 64<<10)
	start, _ := in.Peek(4)
	switch {
	case bytes.HasPrefix(start, []byte("\xef\xbb\xbf")):
		in.Discard(3) //nolint:errcheck // they were peeked at
		return in
	case bytes.HasPrefix(start, []byte("#支")):
		return in
	}
	return simplifiedchinese.GB18030.NewDecoder().Reader(in)
}

func (b *BillReader) scan() bool {
	if !b.lines.Scan() {
		return false
	}
	b.line++
	return true
}

// head reads a marked line above the headings.
func (b *BillReader) head(text string) {
	switch {
	case b.Title == "":
		b.Title = text
	case strings.HasPrefix(text, "账号"):
		b.Account, _ = bracketed(text)
	case strings.HasPrefix(text, "起始日期"):
		from, rest := bracketed(text)
		to, _ := bracketed(rest)
		b.From, b.To = billDate(from), billDate(to)
	}
}

// bracketed answers what is in the first pair of brackets, and what follows it.
func bracketed(text string) (inside, rest string) {
	_, text, _ = strings.Cut(text, "[")
	inside, rest, _ = strings.Cut(text, "]")
	return inside, rest
}

func billDate(text string) time.Time {
	t, err := time.ParseInLocation("2006年01月02日 15:04:05", text, beijing)
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// Read answers the next row, or io.EOF behind the last. A row that can't be read is
// an error that matches [ErrMalformed] and names its line; the next call goes on
// behind it. A file that ends before its closing line is cut off and ends with
// io.ErrUnexpectedEOF instead.
func (b *BillReader) Read() (*BillRow, error) {
	if b.err != nil {
		return nil, b.err
	}
	for b.scan() {
		text := b.lines.Text()
		if mark, ok := strings.CutPrefix(text, "#"); ok {
			b.ended = true
			b.Notes = append(b.Notes, strings.TrimSpace(mark))
			continue
		}
		if strings.TrimSpace(text) == "" {
			continue
		}
		row, err := b.row(text)
		if err != nil {
			return nil, fmt.Errorf("alipay: bill: line %d: %w", b.line, err)
		}
		return row, nil
	}
	b.err = b.end()
	return nil, b.err
}

func (b *BillReader) row(text string) (*BillRow, error) {
	if b.ended {
		return nil, fmt.Errorf("%w: a row behind the end of the list", ErrMalformed)
	}
	cells := splitBillLine(text)
	if len(cells) != len(b.Columns) {
		return nil, fmt.Errorf("%w: %d cells under %d headings", ErrMalformed, len(cells), len(b.Columns))
	}
	row := &BillRow{Line: b.line, columns: b.Columns, cells: cells}
	return row, row.read(&b.layout)
}

func (b *BillReader) end() error {
	if err := b.lines.Err(); err != nil {
		if errors.Is(err, bufio.ErrTooLong) {
			err = fmt.Errorf("%w: %w", ErrMalformed, err)
		}
		return fmt.Errorf("alipay: bill: line %d: %w", b.line+1, err)
	}
	if !b.ended {
		return fmt.Errorf("alipay: bill: cut off after line %d: %w", b.line, io.ErrUnexpectedEOF)
	}
	return io.EOF
}

// Rows ranges over all rows. A row that can't be read comes with its error and the
// range goes on; the file's own failure comes last.
func (b *BillReader) Rows() iter.Seq2[*BillRow, error] {
	return func(yield func(*BillRow, error) bool) {
		for {
			row, err := b.Read()
			if errors.Is(err, io.EOF) || !yield(row, err) || b.err != nil {
				return
			}
		}
	}
}

// Close closes the file in the archive, if there is one.
func (b *BillReader) Close() error {
	if b.file == nil {
		return nil
	}
	return b.file.Close()
}

// splitBillLine cuts a line at its commas. A cell in double quotes may hold commas;
// a quote that is not closed at the end of a cell is a character like any other.
// The tab with which the platform ends numbers is dropped.
func splitBillLine(line string) []string {
	cells := make([]string, 0, 25)
	for {
		cell, rest, more := cutCell(line)
		cells = append(cells, strings.TrimSpace(cell))
		if !more {
			return cells
		}
		line = rest
	}
}

func cutCell(line string) (cell, rest string, more bool) {
	if !strings.HasPrefix(line, `"`) {
		return strings.Cut(line, ",")
	}
	for i := 1; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		if i+1 < len(line) && line[i+1] == '"' {
			i++
			continue
		}
		after := strings.TrimLeft(line[i+1:], "\t ")
		if after != "" && after[0] != ',' {
			break
		}
		cell = strings.ReplaceAll(line[1:i], `""`, `"`)
		if after == "" {
			return cell, "", false
		}
		return cell, after[1:], true
	}
	return strings.Cut(line, ",")
}
