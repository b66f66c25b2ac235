package devnet

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// host is where everything listens.
const host = "127.0.0.1"

// planPorts asks the kernel for n free ports. All are held at the same time, so they differ, and given
// back before it returns: whoever listens on one of them first has it.
func planPorts(n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", address(0)) //nolint:noctx // it does not wait
		if err != nil {
			return nil, fmt.Errorf("ask the kernel for a port: %w", err)
		}
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

// formerPorts is how many ports of a devnet people are told of.
const formerPorts = 4

// former returns the ports that people were told of when the devnet ran last, in the order rpc, grpc, rest, faucet, or nil if
// it did not.
func (s State) former() []int {
	var ports []int
	faucet := strings.TrimSuffix(strings.TrimPrefix(s.Faucet, "http://"), FaucetPath)
	for _, a := range []string{s.RPC, s.GRPC, s.REST, faucet} {
		_, text, err := net.SplitHostPort(a)
		if err != nil {
			return nil
		}
		port, err := strconv.Atoi(text)
		if err != nil {
			return nil
		}
		ports = append(ports, port)
	}
	return ports
}

// areFree tells whether all ports can be listened on at the same time.
func areFree(ports []int) bool {
	for _, p := range ports {
		l, err := net.Listen("tcp", address(p)) //nolint:noctx // it does not wait
		if err != nil {
			return false
		}
		defer l.Close()
	}
	return true
}

// address returns host:port.
func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
