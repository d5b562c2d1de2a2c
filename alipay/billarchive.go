package alipay

import (
	"archive/zip"
	"fmt"
	"io"
	"strings"
)

// BillArchive is a downloaded bill: a ZIP of the details and a summary, both CSV.
type BillArchive struct{ files []*zip.File }

// OpenBill opens a downloaded archive. An archive that can't be read matches
// [ErrMalformed].
func OpenBill(r io.ReaderAt, size int64) (*BillArchive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("alipay: open bill: %w: %w", ErrMalformed, err)
	}
	return &BillArchive{files: z.File}, nil
}

// Names answers the names of the files. The platform writes them in GBK without
// saying so; here they are UTF-8.
func (a *BillArchive) Names() []string {
	names := make([]string, len(a.files))
	for i, f := range a.files {
		names[i] = f.Name
		if f.NonUTF8 {
			names[i] = fromGBK(f.Name)
		}
	}
	return names
}

// Details opens the list of trades and refunds, or of movements. Close it.
func (a *BillArchive) Details() (*BillReader, error) { return a.find(false) }

// Summary opens the summary. Close it.
func (a *BillArchive) Summary() (*BillReader, error) { return a.find(true) }

// find goes by the first line of each file, since their names are not documented.
func (a *BillArchive) find(summary bool) (*BillReader, error) {
	for _, f := range a.files {
		if f.FileInfo().IsDir() {
			continue
		}
		file, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("alipay: open bill: %w: %w", ErrMalformed, err)
		}
		b, err := NewBillReader(file)
		if err == nil && strings.Contains(b.Title, "汇总") == summary {
			b.file = file
			return b, nil
		}
		file.Close()
		if err != nil && len(a.files) == 1 {
			return nil, err
		}
	}
	return nil, fmt.Errorf("alipay: open bill: %w: the archive has no such file", ErrMalformed)
}
