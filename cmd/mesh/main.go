package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.LookupEnv, newConsole(os.Stdin, os.Stdout, os.Stderr, os.Getenv("NO_COLOR") != ""))
	stop()
	os.Exit(code)
}
