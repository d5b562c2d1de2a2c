package archive

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
)

// writer writes one file of rows.
type writer struct {
	file *os.File
	hash hash.Hash
	zip  *gzip.Writer
	buf  *bufio.Writer
	raw  int64 // bytes before compression
	rows int64
}

func create(path string) (*writer, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	w := &writer{file: f, hash: sha256.New()}
	w.zip = gzip.NewWriter(io.MultiWriter(f, w.hash))
	w.buf = bufio.NewWriterSize(w.zip, 64<<10)
	return w, nil
}

func (w *writer) add(line []byte) error {
	w.rows++
	w.raw += int64(len(line)) + 1
	if _, err := w.buf.Write(line); err != nil {
		return err
	}
	return w.buf.WriteByte('\n')
}

// close ends the file durably and tells its hash and size.
func (w *writer) close() (sum string, size int64, err error) {
	err = errors.Join(w.buf.Flush(), w.zip.Close(), w.file.Sync())
	info, statErr := w.file.Stat()
	if err = errors.Join(err, statErr, w.file.Close()); err != nil {
		return "", 0, err
	}
	return hex.EncodeToString(w.hash.Sum(nil)), info.Size(), nil
}

// read hands the rows of a file over, at most limit at a time.
func read(path string, limit int, each func(lines [][]byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // nothing was written
	unzipped, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	r := bufio.NewReaderSize(unzipped, 64<<10)
	for lines := [][]byte(nil); ; {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 && err == nil {
			lines = append(lines, line[:len(line)-1])
		}
		if len(lines) == limit || err != nil && len(lines) > 0 {
			if err := each(lines); err != nil {
				return err
			}
			lines = nil
		}
		switch {
		case errors.Is(err, io.EOF) && len(line) == 0:
			return nil
		case errors.Is(err, io.EOF):
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
	}
}

// check reads a file back and holds it against the index. It fails with
// [ErrDamaged].
func check(path string, a Archive) error {
	f, err := os.Open(path)
	if err != nil {
		return ErrDamaged.Because("archive.check", err)
	}
	h := sha256.New()
	size, err := io.Copy(h, f)
	if err = errors.Join(err, f.Close()); err != nil {
		return ErrDamaged.Because("archive.check", err)
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != a.SHA256 || size != a.Bytes {
		return ErrDamaged.Because("archive.check", fmt.Errorf("%s: %d bytes of hash %s, not %d of %s", a.File, size, sum, a.Bytes, a.SHA256))
	}
	rows := int64(0)
	if err := read(path, 1, func(lines [][]byte) error { rows += int64(len(lines)); return nil }); err != nil {
		return ErrDamaged.Because("archive.check", err)
	}
	if rows != a.Rows {
		return ErrDamaged.Because("archive.check", fmt.Errorf("%s: %d rows, not %d", a.File, rows, a.Rows))
	}
	return nil
}

// settle gives a file its last name, durably.
func settle(from, to string) error {
	folder := filepath.Dir(to)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return errors.Join(syncFolder(folder), syncFolder(filepath.Dir(folder)), syncFolder(filepath.Dir(filepath.Dir(folder))))
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
