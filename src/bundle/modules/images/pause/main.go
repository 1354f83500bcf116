// Command pause holds a pod's namespaces open: it sleeps, reaps orphans as process 1, and ends when told to.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// Stamped with the image's tag when it is built.
var version = "unknown"

func main() {
	// `kubeadm upgrade` tries a node with a Job that asks this.
	if len(os.Args) > 1 && os.Args[1] == "-v" {
		fmt.Println("pause", version)
		return
	}
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGCHLD)
	for received := range signals {
		if received != syscall.SIGCHLD {
			os.Exit(0)
		}
		for {
			if pid, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 {
				break
			}
		}
	}
}
