package alipay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

// BillType names a kind of bill.
type BillType string

// Kinds of bills.
const (
	// BillTrade lists the trades and refunds of acquiring.
	BillTrade BillType = "trade"
	// BillAccount lists every movement of the account's balance.
	BillAccount BillType = "signcustomer"
	// BillMerchantAct lists merchant promotions.
	BillMerchantAct BillType = "merchant_act"
	// BillDirectPay lists the trades of a sub-merchant under direct settlement.
	BillDirectPay BillType = "trade_zft_merchant"
)

// BillQuery asks for the bill of a day or a month
// (alipay.data.dataservice.bill.downloadurl.query).
type BillQuery struct {
	// Type is the kind of bill.
	Type BillType `json:"bill_type"`
	// Date is a Beijing day, "2026-03-01", ready by about nine the next morning, or a
	// month, "2026-03", ready about the third of the next. Bills are kept six years.
	Date string `json:"bill_date"`
	// SMID is the sub-merchant's number, for BillDirectPay.
	SMID string `json:"smid,omitempty"`
}

// BillLink is where a bill can be downloaded.
type BillLink struct {
	Reply
	// URL is valid for 30 seconds and needs no signature: whoever has it has the bill.
	URL string `json:"bill_download_url"`
	// FileCode is "EMPTY_DATA_WITH_BILL_FILE" for a bill without lines.
	FileCode string `json:"bill_file_code"`
}

// BillURL answers where to download a bill. A day without trades is an error that
// matches [NoBillData], a day whose bill is not ready [BillNotExist].
func (c *Client) BillURL(ctx context.Context, q BillQuery) (*BillLink, error) {
	_, dayErr := time.Parse(dateLayout, q.Date)
	_, monthErr := time.Parse("2006-01", q.Date)
	if q.Type == "" || dayErr != nil && monthErr != nil {
		return nil, invalid(methodBillURL, "Type and Date (a day or a month) are needed")
	}
	out := new(BillLink)
	if _, err := c.Do(ctx, Request{Method: methodBillURL, Content: &q}, out); err != nil {
		return nil, err
	}
	return out, nil
}

// DownloadBill copies the archive behind a link to dst and answers its size. Only
// the context bounds its time. The link is not part of any error.
func (c *Client) DownloadBill(ctx context.Context, link string, dst io.Writer) (int64, error) {
	u, err := url.Parse(link)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return 0, invalid(methodBillURL, "the link is no http or https URL")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return 0, invalid(methodBillURL, "the link is no http or https URL")
	}
	resp, err := c.downloader().Do(req)
	if err != nil {
		return 0, &Error{Method: methodBillURL, Err: fmt.Errorf("download: %w", withoutURL(err))}
	}
	defer resp.Body.Close()
	fail := &Error{Method: methodBillURL, HTTPStatus: resp.StatusCode}
	if resp.StatusCode != http.StatusOK {
		fail.Err = errors.New("download: unexpected HTTP status")
		return 0, fail
	}
	n, err := io.Copy(dst, resp.Body)
	if err == nil && n == 0 {
		err = fmt.Errorf("%w: empty archive", ErrMalformed)
	}
	if err != nil {
		fail.Err = fmt.Errorf("download: %w", err)
		return n, fail
	}
	return n, nil
}

// downloader has the client's transport without the bounds made for short calls.
func (c *Client) downloader() *http.Client {
	return &http.Client{Transport: c.http.Transport, Jar: c.http.Jar}
}

// BillStore holds a downloaded archive; an *os.File opened for reading and writing
// is one. It has to be empty.
type BillStore interface {
	io.Writer
	io.ReaderAt
}

// FetchBill asks for a bill, downloads it into store and opens it. The archive
// reads from store, which must stay open as long.
func (c *Client) FetchBill(ctx context.Context, q BillQuery, store BillStore) (*BillArchive, error) {
	link, err := c.BillURL(ctx, q)
	if err != nil {
		return nil, err
	}
	size, err := c.DownloadBill(ctx, link.URL, store)
	if err != nil {
		return nil, err
	}
	return OpenBill(store, size)
}
