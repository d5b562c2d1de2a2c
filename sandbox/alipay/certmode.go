package alipay

import "encoding/base64"

// certDownload is the one method whose answer names no certificate.
const certDownload = "alipay.open.app.alipaycert.download"

// checkCertificates looks at the serial numbers that an app in certificate
// mode sends with each request. An app in key mode sends none.
func checkCertificates(c *call) (refusal, bool) {
	if c.app.papers == nil {
		return refusal{}, false
	}
	switch {
	case c.params["app_cert_sn"] == "":
		return refuse("isv.missing-app-cert-sn"), true
	case c.params["alipay_root_cert_sn"] == "":
		return refuse("isv.missing-alipay-root-cert-sn"), true
	case c.params["app_cert_sn"] != c.app.papers.appSN:
		return refuse("isv.app-cert-not-exist"), true
	case c.params["alipay_root_cert_sn"] != c.app.papers.rootSN:
		return refuse("isv.invalid-alipay-root-cert-sn"), true
	}
	return refusal{}, false
}

// certSN is the serial number that goes with the app's answers; it is empty in
// key mode.
func (a *app) certSN() string {
	if a.papers == nil {
		return ""
	}
	return a.papers.alipaySN
}

// downloadCert answers alipay.open.app.alipaycert.download: the platform's
// certificate of a serial number, with its issuer.
func (p *Platform) downloadCert(c *call) reply {
	sn := c.biz.text("alipay_cert_sn")
	if sn == "" {
		return refused(refuse("isv.missing-alipay-cert-sn"), nil)
	}
	if c.app.papers == nil || c.app.papers.alipaySN != sn {
		return refused(refuse("isv.alipay-cert-not-exist"), nil)
	}
	return success(fields{"alipay_cert_content": base64.StdEncoding.EncodeToString([]byte(c.app.papers.Alipay))})
}
