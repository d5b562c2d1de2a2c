package main

import (
	"os"

	"github.com/paypush/paypush/internal/config"
)

// collector takes where traces go from the variables that OpenTelemetry has
// for it. They stand above the configuration file.
func collector(t *config.Traces) {
	if v := os.Getenv("OTEL_EXPORTER_OTLP_ENDPOINT"); v != "" {
		t.Endpoint = v
	}
	if v := os.Getenv("OTEL_SERVICE_NAME"); v != "" {
		t.Service = v
	}
	if v := os.Getenv("OTEL_EXPORTER_OTLP_HEADERS"); v != "" {
		t.Headers = config.NewSecret(v)
	}
}
