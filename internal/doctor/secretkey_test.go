package doctor_test

import (
	"testing"

	"github.com/paypush/paypush/internal/config"
	"github.com/paypush/paypush/internal/doctor"
	"github.com/paypush/paypush/internal/seal"
)

func TestMisconfigurationSecretKey(t *testing.T) {
	p := newPatient(t)
	p.wants(t, "secret_key", doctor.Warn, "openssl rand", "Webhook")
	p.Config.SecretKey = config.NewSecret("bm8ga2V5")
	p.wants(t, "secret_key", doctor.Fail, "key 1", "openssl rand")
	p.Config.SecretKey = config.NewSecret(seal.NewKey() + "\n" + seal.NewKey())
	p.wants(t, "secret_key", doctor.OK, "It seals and opens")
}
