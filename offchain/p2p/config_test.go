package p2p

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestValidateConfig(t *testing.T) {
	cases := []struct {
		name   string
		change func(*Config)
		err    error
	}{
		{"ok: test", func(*Config) {}, nil},
		{"ok: only dials", func(c *Config) { c.Listen = nil }, nil},
		{"ok: bootstrap by URL", func(c *Config) { c.Bootstrap = []string{"ws://a:1"} }, nil},
		{"fails: no chain", func(c *Config) { c.ChainID = "" }, ErrInvalid},
		{"fails: long chain", func(c *Config) { c.ChainID = strings.Repeat("a", 51) }, ErrInvalid},
		{"fails: chain with a space", func(c *Config) { c.ChainID = "a b" }, ErrInvalid},
		{"fails: long agent", func(c *Config) { c.Agent = strings.Repeat("a", 65) }, ErrInvalid},
		{"fails: no network", func(c *Config) { c.Network = "" }, ErrInvalid},
		{"fails: network with a slash", func(c *Config) { c.Network = "a/b" }, ErrInvalid},
		{"fails: long network", func(c *Config) { c.Network = strings.Repeat("a", 65) }, ErrInvalid},
		{"fails: no key file", func(c *Config) { c.KeyFile = "" }, ErrInvalid},
		{"fails: no peers", func(c *Config) { c.LowPeers = 0 }, ErrInvalid},
		{"fails: high below low", func(c *Config) { c.HighPeers = c.LowPeers - 1 }, ErrInvalid},
		{"fails: few is none", func(c *Config) { c.FewPeers = 0 }, ErrInvalid},
		{"fails: target below few", func(c *Config) { c.TargetPeers = c.FewPeers - 1 }, ErrInvalid},
		{"fails: target above high", func(c *Config) { c.TargetPeers = c.HighPeers + 1 }, ErrInvalid},
		{"fails: bootstrap", func(c *Config) { c.Bootstrap = []string{"http://a"} }, ErrAddress},
		{"fails: listen", func(c *Config) { c.Listen = []string{"4001"} }, ErrAddress},
		{"fails: announce", func(c *Config) { c.Announce = []string{"here"} }, ErrAddress},
		{"fails: no time", func(c *Config) { c.Timing.Save = 0 }, ErrInvalid},
		{"fails: negative time", func(c *Config) { c.Timing.Ping = -1 }, ErrInvalid},
		{"fails: silent before a ping", func(c *Config) { c.Timing.Silent = c.Timing.Ping }, ErrInvalid},
		{"fails: longest wait below the first", func(c *Config) { c.Timing.RetryMax = c.Timing.RetryMin - 1 }, ErrInvalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			cfg := testConfig(t)
			c.change(&cfg)
			require.ErrorIs(t, cfg.Validate(), c.err)
			if c.err != nil {
				_, err := New(cfg, Deps{})
				require.ErrorIs(t, err, c.err)
				_, err = os.Stat(cfg.KeyFile)
				require.True(t, cfg.KeyFile == "" || errors.Is(err, os.ErrNotExist), "nothing is made")
			}
		})
	}
}

func TestDefaultConfigIsWhatTheBarsNeed(t *testing.T) {
	c := DefaultConfig()
	c.ChainID, c.Network, c.KeyFile = "a", "b", "c"
	require.NoError(t, c.Validate())
	require.Equal(t, []string{
		"/ip4/0.0.0.0/tcp/4001", "/ip4/0.0.0.0/udp/4001/quic-v1", "/ip6/::/tcp/4001", "/ip6/::/udp/4001/quic-v1",
	}, c.Listen)
	require.LessOrEqual(t, c.Timing.Silent+sweepEvery, 10*time.Second, "a silent peer is noticed")
	require.GreaterOrEqual(t, c.Timing.Silent, 3*c.Timing.Ping, "but one lost ping is no silence")
	require.LessOrEqual(t, c.Timing.RetryAlone+attemptTime, 30*time.Second, "a lonely node is back")
}

func TestNewGivesBackWhatItTook(t *testing.T) {
	cfg := testConfig(t)
	o, err := New(cfg, Deps{})
	require.NoError(t, err)
	taken := testConfig(t)
	taken.Listen = []string{o.host.Addrs()[0].String()}
	_, err = New(taken, Deps{})
	require.ErrorContains(t, err, "address already in use")
	require.NoError(t, o.Close())
	require.NoError(t, o.Close())
	again, err := New(taken, Deps{})
	require.NoError(t, err, "the port is free again")
	require.NoError(t, again.Close())
	require.ErrorIs(t, again.Connect(within(t), (&member{Overlay: o}).info()), ErrNotRunning)
	_, err = again.Request(within(t), o.ID(), ProtocolEvent, nil)
	require.ErrorIs(t, err, ErrNotRunning)
	require.NoError(t, os.Chmod(cfg.KeyFile, 0o644))
	_, err = New(cfg, Deps{})
	require.ErrorIs(t, err, ErrKeyMode)
	_, err = New(testConfig(t), Deps{Rand: failing{}})
	require.ErrorContains(t, err, "no randomness")
}
