package doctor

import (
	"fmt"

	"github.com/paypush/paypush/internal/config"
)

// configuration reports every fault of the configuration, each on its own.
func (e *examination) configuration() {
	title := Text{"配置", "Configuration"}
	faults := flatten(e.Faults)
	for _, err := range faults {
		e.fail("configuration", title, same(err.Error()),
			Text{"修改配置文件或命令行参数后再次运行；各项设置的说明见 docs/operation.md。",
				"Correct the configuration or the flag and run this again; docs/operation.md explains every setting."})
	}
	c := e.Config
	if len(faults) == 0 {
		e.ok("configuration", title, Text{
			fmt.Sprintf("模式 %s，支付宝账号 %d 个，微信账号 %d 个。", c.Mode, len(c.Alipay), len(c.WeChat)),
			fmt.Sprintf("Mode %s, %d Alipay and %d WeChat accounts.", c.Mode, len(c.Alipay), len(c.WeChat))})
	}
	if c.Mode != config.Sandbox && c.Demo {
		e.warn("configuration.demo", Text{"演示商店", "Demo shop"},
			Text{"演示商店与开放注册在沙箱之外已打开。", "The demo shop and open registration are on outside sandbox mode."},
			Text{"若非有意，请删除 demo = true。", "Unless you want it so, remove demo = true."})
	}
}

// flatten takes joined errors apart.
func flatten(err error) []error {
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, one := range joined.Unwrap() {
		all = append(all, flatten(one)...)
	}
	return all
}
