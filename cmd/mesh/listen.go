package main

import (
	"fmt"
	"net"

	"github.com/spf13/pflag"

	"github.com/mesh-protocol/mesh/offchain/chain"
	"github.com/mesh-protocol/mesh/offchain/p2p"
)

// listenFlags say where a node listens and what it enters by.
type listenFlags struct {
	ip        string
	port      int // WebSocket; 0 = none
	p2pPort   int // TCP and QUIC; −1 = the default
	announce  []string
	bootstrap []string
}

func (f *listenFlags) add(set *pflag.FlagSet, port int, what string) {
	set.StringVar(&f.ip, "listen", "", "IP address to listen on (default all of them, on a devnet 127.0.0.1)")
	set.IntVar(&f.port, "port", port, "port for WebSocket connections"+what)
	set.IntVar(&f.p2pPort, "p2p-port", -1, "port for TCP and QUIC, 0 = any free one (default 4001, on a devnet 0)")
	set.StringArrayVar(&f.announce, "announce", nil, "multiaddr at which the node is reached from outside (repeatable)")
	set.StringArrayVar(&f.bootstrap, "bootstrap", nil, "where to enter the network: a multiaddr, or a ws:// or wss:// URL (repeatable; the chain knows some)")
}

// addresses returns the multiaddrs to listen on. ws tells whether WebSocket is wanted; its port 0 asks the kernel.
func (f *listenFlags) addresses(chainID string, ws bool) ([]string, error) {
	for _, p := range []struct {
		flag string
		port int
	}{{"port", f.port}, {"p2p-port", f.p2pPort}} {
		if p.port < -1 || p.port > maxPort {
			return nil, usage("read --"+p.flag, fmt.Sprintf("%d is no port", p.port), "choose one from 0 to 65535")
		}
	}
	ips, port := []string{"0.0.0.0", "::"}, p2p.DefaultPort
	if chain.IsDevnet(chainID) {
		ips, port = []string{"127.0.0.1"}, 0
	}
	if f.ip != "" {
		if net.ParseIP(f.ip) == nil {
			return nil, usage("read --listen", fmt.Sprintf("%q is no IP address", f.ip), "write one of this device, such as 0.0.0.0 or ::1; ports have flags of their own")
		}
		ips = []string{f.ip}
	}
	if f.p2pPort >= 0 {
		port = f.p2pPort
	}
	var list []string
	for _, ip := range ips {
		list = append(list, p2p.ListenOn(ip, port)...)
		if ws {
			list = append(list, p2p.ListenWebSocket(ip, max(0, f.port)))
		}
	}
	return list, nil
}
