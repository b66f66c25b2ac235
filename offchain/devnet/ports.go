package devnet

import (
	"fmt"
	"net"
	"strconv"
)

// host is where everything listens.
const host = "127.0.0.1"

// planPorts asks the kernel for n free ports. All are held at the same time, so they differ, and given
// back before it returns: whoever listens on one of them first has it.
func planPorts(n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", address(0))
		if err != nil {
			return nil, fmt.Errorf("ask the kernel for a port: %w", err)
		}
		defer l.Close()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

// address returns host:port.
func address(port int) string { return net.JoinHostPort(host, strconv.Itoa(port)) }
