package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"rightkey/internal/cli"
	"rightkey/internal/crypt"
	"rightkey/internal/fault"
	"rightkey/internal/office"
	"rightkey/internal/registry/upload"
	"rightkey/internal/rest"
	"rightkey/internal/web"
)

// listening says where and how the server listens.
type listening struct {
	Listen  string         `default:"localhost:8080" placeholder:"HOST:PORT" help:"Address to serve at. Outside loopback TLS is needed."`
	TLSCert string         `placeholder:"FILE" help:"TLS certificate (PEM)."`
	TLSKey  string         `placeholder:"FILE" help:"TLS key (PEM)."`
	TLSSelf bool           `help:"Make a self-signed certificate for this run."`
	Proxy   []netip.Prefix `placeholder:"CIDR" help:"Reverse proxies whose forwarded headers are believed."`
	Clamd   string         `placeholder:"ADDRESS" help:"ClamAV's daemon, unix:PATH or tcp:HOST:PORT: uploads stay in quarantine until it has looked at them."`
	Metrics string         `default:"localhost:9464" placeholder:"HOST:PORT" help:"Address of the Prometheus metrics (/metrics), off for none. Outside loopback TLS is needed."`
	JSONLog bool           `help:"Write log lines as JSON."`
}

// serveCommand is "rightkey serve".
type serveCommand struct {
	place
	listening
	SecondFactor string `enum:"required,offered" default:"required" help:"Whether roles that decide, show secret fields or manage accounts are worth nothing without a second factor (required, offered)."`
	Breached     string `name:"breached-passwords" placeholder:"FILE" help:"File of SHA-1 hashes of passwords that became public, sorted, one a line (HASH or HASH:COUNT): new passwords are refused that are in it."`
	identityProvider
}

// identityProvider says which identity provider signs people in besides the password.
type identityProvider struct {
	Issuer     string `name:"oidc-issuer" placeholder:"URL" help:"OpenID Connect provider that signs people in to accounts that exist here."`
	Client     string `name:"oidc-client" placeholder:"ID" help:"Client of the provider."`
	SecretFile string `name:"oidc-secret" placeholder:"FILE" help:"File with the client's secret."`
	Address    string `name:"oidc-address" placeholder:"URL" help:"Address of this server as browsers know it; the provider sends them back to /login/oidc/back there."`
	Claim      string `name:"oidc-claim" default:"preferred_username" help:"Claim that is the login here."`
}

// identity opens the provider, nil where none was given.
func (p identityProvider) identity(o *office.Service) (*office.Identity, error) {
	if p.Issuer == "" {
		return nil, nil
	}
	if p.Client == "" || p.Address == "" {
		return nil, fmt.Errorf("--oidc-issuer needs --oidc-client and --oidc-address")
	}
	secret, err := os.ReadFile(p.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("read the secret of the identity provider's client: %w", err)
	}
	return office.NewIdentity(o, office.IdentityOptions{Issuer: p.Issuer, Client: p.Client, Secret: strings.TrimSpace(string(secret)), Address: strings.TrimSuffix(p.Address, "/"), Claim: p.Claim}), nil
}

// Help is shown by --help.
func (serveCommand) Help() string {
	return `Serves pages and API from a database that rightkey init made. Stops gracefully at SIGINT or SIGTERM: answers are
finished, the running job stops after its present step and goes on at the next start.

Example:
  rightkey serve --data ./register --listen localhost:8080`
}

// Run serves until it is told to stop.
func (c *serveCommand) Run(app *kong.Kong) error {
	ctx, stop := signalled()
	defer stop()
	h, err := openHouse(ctx, c.place, "")
	if err != nil {
		return err
	}
	defer h.close()
	if c.SecondFactor == "required" {
		h.office.RequireFactor()
	}
	if c.Breached != "" {
		list, err := crypt.OpenBreached(c.Breached)
		if err != nil {
			return err
		}
		defer list.Close()
		h.office.RefusePasswords(list)
	}
	if h.identity, err = c.identity(h.office); err != nil {
		return err
	}
	return c.serve(ctx, app, h, func(io.Writer) {})
}

// signalled is a context that ends when the process is told to stop.
func signalled() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}

// serve runs server and jobs until ctx is done; ready is told once the server answers.
func (l listening) serve(ctx context.Context, app *kong.Kong, h *house, ready func(io.Writer)) error {
	log := l.log(app.Stderr)
	slog.SetDefault(log)
	config, err := l.tls()
	if err != nil {
		return err
	}
	if l.Clamd != "" {
		scanner, err := upload.Clamd(l.Clamd)
		if err != nil {
			return err
		}
		h.registry.UseScanner(scanner)
	}
	handler, api, err := h.doors(log, config != nil, l.Proxy)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", l.Listen)
	if err != nil {
		return fmt.Errorf("listen at %s: %w", l.Listen, err)
	}
	scheme := "http"
	if config != nil {
		listener, scheme = tls.NewListener(listener, config), "https"
	}
	working, halt := context.WithCancel(ctx)
	defer h.work(working, halt)()
	unfollow, err := h.mirrorRegister(working, log)
	if err != nil {
		return err
	}
	defer unfollow()
	if err := l.serveMetrics(working, h.figures, config, log); err != nil {
		return err
	}
	h.keepUp(working, log, api)
	server := handler.HTTPServer(l.Listen)
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	ready(app.Stdout)
	fmt.Fprintf(app.Stdout, "\nServing at %s://%s (Ctrl-C stops)\n", scheme, l.Listen)
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	closing, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(closing); err != nil && !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("stop the server: %w", err)
	}
	return nil
}

func (l listening) log(to io.Writer) *slog.Logger {
	if l.JSONLog {
		return slog.New(slog.NewJSONHandler(to, nil))
	}
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// tls returns the configuration, nil for plain HTTP, which is served on loopback only.
func (l listening) tls() (*tls.Config, error) {
	host, _, err := net.SplitHostPort(l.Listen)
	if err != nil {
		return nil, fmt.Errorf("--listen %s: %w", l.Listen, err)
	}
	switch {
	case l.TLSCert != "" || l.TLSKey != "":
		pair, err := tls.LoadX509KeyPair(l.TLSCert, l.TLSKey)
		if err != nil {
			return nil, fmt.Errorf("read the TLS certificate: %w", err)
		}
		return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
	case l.TLSSelf:
		pair, err := cli.SelfSigned(host, time.Now())
		if err != nil {
			return nil, err
		}
		return &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}, nil
	case !cli.Loopback(host):
		return nil, fmt.Errorf("the address %s can be reached from outside: give --tls-cert and --tls-key, or --tls-self", l.Listen)
	}
	return nil, nil
}

// doors puts pages and API together.
func (h *house) doors(log *slog.Logger, secure bool, proxies []netip.Prefix) (*web.Server, *rest.API, error) {
	sessions := office.NewSessions(h.office)
	h.figures = newMetrics(h)
	server := web.New(web.Options{TLS: secure, Proxies: proxies, Session: sessions.Handler, Caller: office.CallerFrom, LoginPath: "/login", Log: log, Observe: h.figures.observe, Visit: h.jobs.Way().Visit,
		Denied: func(r *http.Request, kind fault.Kind) error {
			return h.denials.Refused(r.Context(), office.CallerFrom(r.Context()), r.Pattern, r.URL.Path, kind)
		}})
	h.health(server)
	if err := h.pages(server, sessions); err != nil {
		return nil, nil, err
	}
	api, err := h.api(log, sessions)
	if err != nil {
		return nil, nil, err
	}
	// Each operation declares what it needs; files arrive by the API too.
	server.Mount("/api/", web.Public, api, web.Upload(office.MaxFile+1<<20, 30*time.Minute))
	return server, api, nil
}

// sweep takes away what has expired, once an hour: sessions, throttles, uploaded area files, kept answers of the API.
func (h *house) sweep(ctx context.Context, log *slog.Logger, api *rest.API) {
	watch := office.NewWatch(h.office, h.alerts, time.Local)
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if err := errors.Join(h.office.Sweep(ctx), h.denials.Sum(ctx), watch.Run(ctx), api.Sweep(ctx), h.registry.ForgetExports(ctx)); err != nil && ctx.Err() == nil {
			log.Error("sweep", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
