//go:build tools

// Keeps the engine's command in go.mod, so that `go mod tidy` and `go build` agree on what is needed.
package cli

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
