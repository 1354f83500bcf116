//go:build tools

package tools

import _ "github.com/kubernetes/dashboard/src/app/backend"
