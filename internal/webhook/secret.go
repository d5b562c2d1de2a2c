package webhook

import (
	"encoding/json"
	"time"

	"github.com/paypush/paypush/internal/fault"
)

// secret is one of an endpoint's secrets. The first of a list is the current
// one; those after it go on signing until their time.
type secret struct {
	Value string    `json:"value"`
	Until time.Time `json:"until,omitzero"`
}

// maxSecrets bounds the signatures of a delivery when somebody rotates often.
const maxSecrets = 5

// sealSecrets locks secrets up for the endpoint with this id.
func (s *Service) sealSecrets(id string, all []secret) ([]byte, error) {
	plain, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	sealed, err := s.sealer.Seal(id, plain)
	return sealed, fault.Wrap("webhook.seal "+id, err)
}

func (s *Service) openSecrets(e Endpoint) (all []secret, err error) {
	plain, err := s.sealer.Open(e.ID, e.Sealed)
	if err == nil {
		err = json.Unmarshal(plain, &all)
	}
	return all, fault.Wrap("webhook.open "+e.ID, err)
}

// signing gives the secrets that sign at a moment, the current one first.
func signing(all []secret, now time.Time) (values []string) {
	for _, one := range all {
		if one.Until.IsZero() || now.Before(one.Until) {
			values = append(values, one.Value)
		}
	}
	return values
}

// rotated puts a new secret in front and gives the one before it an end.
func rotated(all []secret, fresh string, now, until time.Time) []secret {
	next := []secret{{Value: fresh}}
	for _, one := range all {
		if one.Until.IsZero() || until.Before(one.Until) {
			one.Until = until
		}
		if now.Before(one.Until) && len(next) < maxSecrets {
			next = append(next, one)
		}
	}
	return next
}

// Hide seals a secret of an endpoint, so that an answer that shows it once may
// be kept; Reveal is the way back.
func (s *Service) Hide(id, secret string) ([]byte, error) {
	b, err := s.sealer.Seal(id, []byte(secret))
	return b, fault.Wrap("webhook.Hide "+id, err)
}

// Reveal opens what [Service.Hide] sealed for the same endpoint.
func (s *Service) Reveal(id string, hidden []byte) (string, error) {
	b, err := s.sealer.Open(id, hidden)
	return string(b), fault.Wrap("webhook.Reveal "+id, err)
}
