package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

const (
	bucket = "models"
	access = "bench"
	secret = "bench-secret"
	region = "eu-central-1"
)

// servers are the URLs of the stores and of the slow link to S3.
type servers struct {
	s3, gcs, slow string
	running       []*exec.Cmd
}

// startServers starts both stores with their data in work and uploads objects by name.
func startServers(ctx context.Context, programs binaries, work, folder string, names ...string) (*servers, error) {
	s := &servers{}
	if err := s.startAll(ctx, programs, work, folder, names); err != nil {
		s.stop()
		return nil, err
	}
	return s, nil
}

func (s *servers) startAll(ctx context.Context, programs binaries, work, folder string, names []string) (err error) {
	for _, name := range []string{"s3", "iam", "gcs", "out"} {
		if err := os.MkdirAll(filepath.Join(work, name), 0o755); err != nil {
			return err
		}
	}
	if s.s3, err = s.start(ctx, func(host, port string) *exec.Cmd {
		return exec.CommandContext(ctx, programs.versitygw, "--port", net.JoinHostPort(host, port), "--access", access, "--secret", secret,
			"--region", region, "--iam-dir", filepath.Join(work, "iam"), "--quiet", "posix", filepath.Join(work, "s3"))
	}); err != nil {
		return err
	}
	if s.gcs, err = s.start(ctx, func(host, port string) *exec.Cmd {
		address := net.JoinHostPort(host, port)
		return exec.CommandContext(ctx, programs.gcs, "-backend", "filesystem", "-filesystem-root", filepath.Join(work, "gcs"),
			"-scheme", "http", "-host", host, "-port", port, "-external-url", "http://"+address,
			"-public-host", address, "-log-level", "error")
	}); err != nil {
		return err
	}
	// s5cmd sends no checksum, like most clients, so the server computes one.
	if err := s.s5cmd(ctx, programs, "mb", "s3://"+bucket); err != nil {
		return err
	}
	if err := post(ctx, s.gcs+"/storage/v1/b?project=bench", "application/json",
		bytes.NewBufferString(`{"name":"`+bucket+`"}`)); err != nil {
		return err
	}
	for _, name := range names {
		path := filepath.Join(folder, name)
		if err := s.s5cmd(ctx, programs, "cp", path, "s3://"+bucket+"/"+name); err != nil {
			return err
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		err = post(ctx, s.gcs+"/upload/storage/v1/b/"+bucket+"/o?uploadType=media&name="+url.QueryEscape(name),
			"application/octet-stream", io.NopCloser(file))
		if err := errors.Join(err, file.Close()); err != nil {
			return err
		}
	}
	link, process, err := startSlowLink(ctx, programs.self, s.s3)
	if process != nil {
		s.running = append(s.running, process)
	}
	s.slow = link
	return err
}

// start starts a server on a free port of loopback and waits until it accepts connections.
func (s *servers) start(ctx context.Context, command func(host, port string) *exec.Cmd) (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	if err := listener.Close(); err != nil {
		return "", err
	}
	server := command("127.0.0.1", port)
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := server.Start(); err != nil {
		return "", err
	}
	s.running = append(s.running, server)
	address := "http://127.0.0.1:" + port
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(20 * time.Millisecond) {
		if connection, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			return address, connection.Close()
		}
	}
	return "", fmt.Errorf("%s does not respond at %s", server.Path, address)
}

func (s *servers) s5cmd(ctx context.Context, programs binaries, args ...string) error {
	command := exec.CommandContext(ctx, programs.s5cmd, args...)
	command.Env = append(os.Environ(), s3Environment(s.s3)...)
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("s5cmd %v: %w\n%s", args, err, output)
	}
	return nil
}

// s3Environment returns the variables for S3 clients. s5cmd has an endpoint variable of its own.
func s3Environment(endpoint string) []string {
	return []string{
		"AWS_ACCESS_KEY_ID=" + access, "AWS_SECRET_ACCESS_KEY=" + secret, "AWS_REGION=" + region, "AWS_DEFAULT_REGION=" + region,
		"AWS_EC2_METADATA_DISABLED=true", "AWS_ENDPOINT_URL_S3=" + endpoint, "S3_ENDPOINT_URL=" + endpoint,
	}
}

func (s *servers) stop() {
	for _, server := range s.running {
		_ = server.Process.Kill() // its data is temporary
		_ = server.Wait()
	}
}

func post(ctx context.Context, target, contentType string, body io.Reader) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, target, body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", contentType)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("POST %s: %s", target, response.Status)
	}
	return nil
}
