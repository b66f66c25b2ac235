package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
)

const (
	// senderEnv makes the test binary the sending process of the raw stream.
	senderEnv = "MESH_BENCH_SENDER"
	// rawProtocol is what the stream is opened for.
	rawProtocol = "/mesh/bench/raw/1.0.0"
	// ioSize is how much is written and read at once.
	ioSize = 256 << 10
)

// TestMain is the sending process of the raw stream where it is asked to, or runs the tests.
func TestMain(m *testing.M) {
	if os.Getenv(senderEnv) == "" {
		os.Exit(m.Run())
	}
	if err := send(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// rawHost is a host with noise, yamux and TCP, and without limits.
func rawHost(listen ...string) (host.Host, error) {
	h, err := libp2p.New(
		libp2p.Security(noise.ID, noise.New), libp2p.Muxer(yamux.ID, yamux.DefaultTransport), libp2p.Transport(tcp.NewTCPTransport),
		libp2p.ListenAddrStrings(listen...), libp2p.ResourceManager(&network.NullResourceManager{}), libp2p.DisableRelay(), libp2p.DisableMetrics(),
	)
	if err != nil {
		return nil, fmt.Errorf("make host: %w", err)
	}
	return h, nil
}

// send says where it listens, sends random bytes to whoever opens a stream, and ends with its input.
func send(in io.Reader, out io.Writer) error {
	h, err := rawHost("/ip4/127.0.0.1/tcp/0")
	if err != nil {
		return err
	}
	b := make([]byte, ioSize)
	_, _ = rand.NewChaCha8([32]byte{}).Read(b) // never fails
	h.SetStreamHandler(rawProtocol, func(s network.Stream) {
		for range size / ioSize {
			if _, err := s.Write(b); err != nil {
				_ = s.Reset() // the other side reports that bytes are missing
				return
			}
		}
		_ = s.Close()
	})
	fmt.Fprintf(out, "%s/p2p/%s\n", h.Addrs()[0], h.ID())
	_, err = io.Copy(io.Discard, in)
	return errors.Join(err, h.Close())
}

// rawStream receives size bytes from another process over one stream, and returns what both have taken.
func rawStream() (c cost, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), senderEnv+"=1"), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return cost{}, fmt.Errorf("start the sender: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return cost{}, fmt.Errorf("start the sender: %w", err)
	}
	before, err := ownCPU()
	if err != nil {
		return cost{}, err
	}
	if err := cmd.Start(); err != nil {
		return cost{}, fmt.Errorf("start the sender: %w", err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err == nil {
		c.wall, err = receive(ctx, strings.TrimSpace(address))
	}
	if err := errors.Join(err, in.Close(), cmd.Wait()); err != nil {
		return cost{}, fmt.Errorf("raw stream: %w", err)
	}
	after, err := ownCPU()
	c.cpu = after - before + cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return c, err
}

// receive reads a stream to its end and returns how long that took, from the opening of the stream on.
func receive(ctx context.Context, address string) (took time.Duration, err error) {
	to, err := peer.AddrInfoFromString(address)
	if err != nil {
		return 0, fmt.Errorf("read the sender's address: %w", err)
	}
	h, err := rawHost()
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	if err := h.Connect(ctx, *to); err != nil {
		return 0, fmt.Errorf("connect: %w", err)
	}
	begun := time.Now()
	s, err := h.NewStream(ctx, to.ID, rawProtocol)
	if err != nil {
		return 0, fmt.Errorf("open stream: %w", err)
	}
	defer context.AfterFunc(ctx, func() { _ = s.Reset() })()
	if err := s.CloseWrite(); err != nil {
		return 0, fmt.Errorf("open stream: %w", err)
	}
	b, total := make([]byte, ioSize), 0
	for total < size && err == nil {
		var n int
		n, err = s.Read(b)
		total += n
	}
	if total != size {
		return 0, fmt.Errorf("read stream: %d of %d bytes: %w", total, size, err)
	}
	return time.Since(begun), nil
}

// ownCPU is what this process has used so far, kernel time included.
func ownCPU() (time.Duration, error) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, fmt.Errorf("ask what was used: %w", err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), nil
}
