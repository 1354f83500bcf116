//go:build tools

package tools

import (
	_ "k8s.io/dns/cmd/dnsmasq-nanny"
	_ "k8s.io/dns/cmd/kube-dns"
	_ "k8s.io/dns/cmd/sidecar"
)
