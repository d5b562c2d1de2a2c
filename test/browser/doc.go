// Package browser lives through the product in a real Chromium, by clicking
// and typing as a person does. It has tests alone.
package browser
