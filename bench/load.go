package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load posts to one address over connections of its own, each of which sends
// its next request when the last was answered. It writes requests that are
// ready and reads no more of the answers than it must, so that it takes little
// of the processors that the server needs.
type load struct {
	conns []*wire
}

func newLoad(address string, connections int) (*load, error) {
	l := new(load)
	for range connections {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return nil, errors.Join(err, l.close())
		}
		l.conns = append(l.conns, &wire{Conn: c, in: bufio.NewReaderSize(c, 8<<10)})
	}
	return l, nil
}

func (l *load) close() error {
	var all []error
	for _, c := range l.conns {
		all = append(all, c.Close())
	}
	return errors.Join(all...)
}

// post makes the bytes of one request. Headers are whole lines.
func post(host, path, contentType, body string, headers ...string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n", path, host, contentType, len(body))
	for _, h := range headers {
		b.WriteString(h + "\r\n")
	}
	b.WriteString("\r\n" + body)
	return b.Bytes()
}

// get makes the bytes of one request without a body.
func get(host, path string, headers ...string) []byte {
	return []byte("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n" + strings.Join(append(headers, ""), "\r\n") + "\r\n")
}

// drive sends requests over every connection until next has no more, and
// returns how many were answered as check wants, with the milliseconds that
// each took. The first wrong answer ends it.
func (l *load) drive(ctx context.Context, next func() []byte, check func(answer) error) (slice, []float64, error) {
	began := time.Now()
	times, errs := make([][]float64, len(l.conns)), make([]error, len(l.conns))
	var all sync.WaitGroup
	for i, c := range l.conns {
		all.Go(func() { times[i], errs[i] = c.work(ctx, next, check) })
	}
	all.Wait()
	took := time.Since(began)
	var flat []float64
	for _, t := range times {
		flat = append(flat, t...)
	}
	return slice{len(flat), took}, flat, first(errs)
}

// first gives one of many errors, since all connections tend to meet the same.
func first(errs []error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// until gives the same request again and again until the time is over.
func until(end time.Time, request []byte) func() []byte {
	return func() []byte {
		if time.Now().Before(end) {
			return request
		}
		return nil
	}
}

// answer is what came back.
type answer struct {
	status int
	body   []byte // good until the next request
}

// wire is one connection.
type wire struct {
	net.Conn
	in   *bufio.Reader
	body []byte
}

func (w *wire) work(ctx context.Context, next func() []byte, check func(answer) error) ([]float64, error) {
	var times []float64
	for request := next(); request != nil; request = next() {
		if err := ctx.Err(); err != nil {
			return times, err
		}
		began := time.Now()
		a, err := w.do(request)
		if err == nil {
			err = check(a)
		}
		if err != nil {
			return times, err
		}
		times = append(times, float64(time.Since(began))/float64(time.Millisecond))
	}
	return times, nil
}

func (w *wire) do(request []byte) (answer, error) {
	if err := w.SetDeadline(time.Now().Add(patience)); err != nil {
		return answer{}, err
	}
	if _, err := w.Write(request); err != nil {
		return answer{}, err
	}
	first, err := w.in.ReadSlice('\n')
	if err != nil {
		return answer{}, err
	}
	if len(first) < 12 {
		return answer{}, fmt.Errorf("the answer began with %q", first)
	}
	status, err := strconv.Atoi(string(first[9:12]))
	if err != nil {
		return answer{}, err
	}
	err = w.read()
	return answer{status, w.body}, err
}

// read reads the headers and the body behind a status line.
func (w *wire) read() error {
	length := -1 // in chunks, unless told otherwise
	for {
		h, err := w.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(h) <= 2 {
			break
		}
		if v, found := bytes.CutPrefix(h, []byte("Content-Length: ")); found {
			if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
				return err
			}
		}
	}
	w.body = w.body[:0]
	if length >= 0 {
		return w.take(length)
	}
	for {
		size, err := w.in.ReadSlice('\n')
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(bytes.TrimSpace(size)), 16, 32)
		if err != nil {
			return err
		}
		if err := w.take(int(n)); err != nil {
			return err
		}
		if _, err := w.in.Discard(2); err != nil || n == 0 {
			return err
		}
	}
}

func (w *wire) take(n int) error {
	was := len(w.body)
	w.body = append(w.body, make([]byte, n)...)
	_, err := io.ReadFull(w.in, w.body[was:])
	return err
}
