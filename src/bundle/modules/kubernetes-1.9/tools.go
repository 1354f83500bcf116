//go:build tools

package tools

import (
	// What cAdvisor's client of containerd is made to import: see src/bundle/build/kubernetes-1.9.ts.
	_ "github.com/gogo/protobuf/types"
	_ "k8s.io/code-generator/cmd/openapi-gen"
	_ "k8s.io/kubernetes/cmd/kube-apiserver"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager"
	_ "k8s.io/kubernetes/cmd/kube-proxy"
	_ "k8s.io/kubernetes/cmd/kubeadm"
	_ "k8s.io/kubernetes/cmd/kubectl"
	_ "k8s.io/kubernetes/cmd/kubelet"
	_ "k8s.io/kubernetes/plugin/cmd/kube-scheduler"
)
