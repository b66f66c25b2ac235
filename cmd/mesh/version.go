package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker: -X main.version=v1.2.3.
var version string

// versionAnswer is what mesh version prints.
type versionAnswer struct {
	header
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// versionCommand tells which build this is. It reads no settings: it works whatever state the home is in.
func (c *cli) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Show which build this is", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			a := versionAnswer{answerTo("version"), buildVersion(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			s := settings{Output: source{flags: cmd.Flags(), env: c.env}.text("output", "", "text")}
			return explain("show the version", c.print(s, a, func(p *page) {
				p.line("mesh %s (%s, %s)", a.Version, a.Go, a.Platform)
			}))
		},
	}
}

// buildVersion returns the version that the linker or the go command put into the program.
func buildVersion() string {
	if version != "" {
		return version
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "development build"
	}
	return info.Main.Version
}
