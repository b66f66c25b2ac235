package chain

import (
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
)

// maxAnswer bounds what is read from a node, bytes: blocks have at most 4 MiB, and no answer holds more
// than a block.
const maxAnswer = 16 << 20

// endpoint is one address of a node.
type endpoint struct {
	text   string // as configured
	target string // host:port
	tls    bool
}

// parseEndpoint reads host:port, http://host:port or https://host:port.
func parseEndpoint(s string) (endpoint, error) {
	e := endpoint{text: s, target: s}
	if rest, ok := strings.CutPrefix(s, "https://"); ok {
		e.target, e.tls = rest, true
	} else if rest, ok := strings.CutPrefix(s, "http://"); ok {
		e.target = rest
	}
	e.target = strings.TrimSuffix(e.target, "/")
	host, port, err := net.SplitHostPort(e.target)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || host == "" {
		return endpoint{}, fmt.Errorf("%w: node %q is not HOST:PORT or https://HOST:PORT of a gRPC server", ErrInvalid, s)
	}
	return e, nil
}

// dial prepares a connection without making it: the first call does.
func (e endpoint) dial(codec encoding.Codec) (*grpc.ClientConn, error) {
	security := insecure.NewCredentials()
	if e.tls {
		security = credentials.NewTLS(&tls.Config{MinVersion: tls.VersionTLS12})
	}
	return grpc.NewClient("passthrough:///"+e.target,
		grpc.WithTransportCredentials(security),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: dialBackoff(), MinConnectTimeout: 5 * time.Second}),
		grpc.WithUnaryInterceptor(noteHeight),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(codec), grpc.MaxCallRecvMsgSize(maxAnswer)),
	)
}

// dialBackoff makes a node that has just come up be found within a second.
func dialBackoff() backoff.Config {
	b := backoff.DefaultConfig
	b.BaseDelay, b.MaxDelay = 100*time.Millisecond, time.Second
	return b
}
