package doctor

import (
	"errors"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/seal"
)

// secretKey tries the key that seals the secrets of webhook endpoints. In
// sandbox mode the server makes one where there is none.
func (e *examination) secretKey() {
	title := Text{"密封密钥 secret_key", "Sealing key secret_key"}
	ring, err := seal.Parse(e.Config.SecretKey.Reveal())
	if err == nil {
		err = works(ring)
	}
	switch {
	case err == nil:
		e.ok("secret_key", title, Text{"可以密封与开启。", "It seals and opens."})
	case !errors.Is(err, seal.ErrNoKey):
		e.fail("secret_key", title, Text{"内容不是密钥：" + err.Error(), "The file holds no key: " + err.Error()},
			Text{"用 openssl rand -base64 32 生成，每行一个；所有节点使用同一个文件。若已有 Webhook 端点，请从备份找回原来的密钥。",
				"Make one with openssl rand -base64 32, one on each line, the same file on every node. If there are webhook endpoints already, bring their old key back from a backup."})
	case e.Config.Mode == config.Sandbox:
		e.ok("secret_key", title, Text{"未设置；沙箱模式自动生成。", "Not set; sandbox mode makes one."})
	default:
		e.warn("secret_key", title, Text{"未设置，不能添加 Webhook 端点。", "Not set; webhook endpoints can't be added."},
			Text{"若要使用 Webhook：openssl rand -base64 32 > 文件，权限 600，在 secret_key 写它的路径。",
				"To use webhooks: openssl rand -base64 32 > FILE, mode 600, and name it in secret_key."})
	}
}

func works(ring seal.Ring) error {
	sealed, err := ring.Seal("doctor", []byte("x"))
	if err == nil {
		_, err = ring.Open("doctor", sealed)
	}
	return err
}
