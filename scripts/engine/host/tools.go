//go:build tools

// Keeps the Node.js language host in go.mod, so that `go mod tidy` and `go build` agree on what is needed.
package host

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
