package sandbox_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/paypush/paypush/sandbox"
)

// A test of a shop starts a sandbox of its own, and takes the keys for its
// clients from it.
func Example() {
	platforms, err := sandbox.New(sandbox.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer platforms.Close()
	server := httptest.NewServer(platforms)
	defer server.Close()
	platforms.SetBaseURL(server.URL)

	resp, err := http.Get(server.URL + "/sandbox/credentials")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	var keys struct {
		Alipay struct {
			Gateway string `json:"gateway"`
			AppID   string `json:"app_id"`
		} `json:"alipay"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&keys); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(keys.Alipay.Gateway == server.URL+"/gateway.do", len(keys.Alipay.AppID))
	// Output: true 16
}
