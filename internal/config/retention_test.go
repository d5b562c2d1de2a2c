package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/paypush/paypush/internal/config"
)

func TestRetentionThatIsWrongNamesItsSetting(t *testing.T) {
	dir := t.TempDir()
	for text, wrong := range map[string]string{
		"":                                      "",
		"notices = 30":                          "",
		"notices = 36500":                       "",
		"events = 0":                            "",
		"messages = 0":                          "",
		"events = 30\nwebhook_deliveries = 30":  "",
		"notices = 29":                          "retention.notices",
		"events = 1":                            "retention.events",
		"messages = -1":                         "retention.messages",
		"campaign_deliveries = 36501":           "retention.campaign_deliveries",
		"webhook_deliveries = 6":                "retention.webhook_deliveries",
		"events = 40\nwebhook_deliveries = 41":  "retention.webhook_deliveries",
		"webhook_deliveries = 0":                "retention.webhook_deliveries",
		"bill_lines = 60":                       "",
		"bill_lines = 59":                       "retention.bill_lines",
		"notices = \"a year\"":                  "retention.notices",
		"events = 1.5":                          "retention.events",
		"notices = 99999999999999999999":        "retention.notices",
		"archive_dir = 7":                       "retention.archive_dir",
		"orders = 400":                          "retention.orders",
		"notices = 1\nevents = 2\nmessages = 3": "retention.messages",
	} {
		c, err := config.Load(write(t, dir, "paypush.toml", "[retention]\n"+text, 0o600))
		c.Mode = config.Sandbox
		if err == nil {
			err = c.Check()
		}
		if (err == nil) != (wrong == "") || err != nil && !strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestArchivesLieBesideTheDataOrWhereTheyAreSaidTo(t *testing.T) {
	c := config.Default()
	c.Data = "/data"
	if got := c.ArchiveFolder(); got != filepath.Join("/data", "archive") {
		t.Errorf("beside SQLite: %q", got)
	}
	c.Database = "postgres://paypush@127.0.0.1/paypush"
	if got := c.ArchiveFolder(); got != "" {
		t.Errorf("on PostgreSQL: %q", got)
	}
	c.Retention.ArchiveDir = "/shared"
	if got := c.ArchiveFolder(); got != "/shared" {
		t.Errorf("where it is named: %q", got)
	}
}
