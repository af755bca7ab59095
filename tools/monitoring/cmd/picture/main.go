// Command picture draws dashboards as SVG, and as PNG if the file's name ends so, which needs Chromium.
//
// usage: picture -url URL [-for DURATION] [-var NAME=VALUE]… -o FILE DASHBOARD
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/modelferry/modelferry/tools/monitoring/dashboard"
	"github.com/modelferry/modelferry/tools/monitoring/picture"
)

func main() {
	if err := run(context.Background(), os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "picture: %v\n", err)
		os.Exit(1)
	}
}

// points is the number of samples of a line, about one for each pixel of a panel.
const points = 400

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("picture", flag.ExitOnError)
	url := flags.String("url", "", "`URL` of Prometheus")
	length := flags.Duration("for", 30*time.Minute, "`DURATION` that is shown")
	to := flags.String("to", "", "end of the `TIME` that is shown, as RFC 3339 (default now)")
	out := flags.String("o", "", "`FILE` that ends in .svg or .png")
	variables := map[string]string{}
	flags.Func("var", "`NAME=VALUE` of the dashboard; may be repeated", func(text string) error {
		name, value, found := strings.Cut(text, "=")
		if !found {
			return errors.New("must be NAME=VALUE")
		}
		variables[name] = value
		return nil
	})
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() != 1 || *url == "" || *out == "" {
		return errors.New("need -url, -o and one argument, the dashboard's file")
	}
	end := time.Now()
	if *to != "" {
		var err error
		if end, err = time.Parse(time.RFC3339, *to); err != nil {
			return err
		}
	}
	d, err := dashboard.Read(flags.Arg(0))
	if err != nil {
		return err
	}
	step := max((*length / points).Round(time.Second), time.Second)
	svg, err := picture.Draw(ctx, picture.Prometheus{URL: strings.TrimSuffix(*url, "/")}, d, variables,
		picture.Range{From: end.Add(-*length).Truncate(step), To: end.Truncate(step), Step: step})
	if err != nil {
		return err
	}
	if filepath.Ext(*out) == ".png" {
		return writePNG(ctx, *out, svg)
	}
	return os.WriteFile(*out, svg, 0o644)
}

var size = regexp.MustCompile(`width="(\d+)" height="(\d+)"`)

// writePNG has Chromium take a screenshot of the picture.
func writePNG(ctx context.Context, file string, svg []byte) error {
	dir, err := os.MkdirTemp("", "picture")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	page := filepath.Join(dir, "picture.svg")
	if err := os.WriteFile(page, svg, 0o600); err != nil {
		return err
	}
	if file, err = filepath.Abs(file); err != nil {
		return err
	}
	match := size.FindSubmatch(svg)
	out, err := exec.CommandContext(ctx, "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
		"--user-data-dir="+dir, fmt.Sprintf("--window-size=%s,%s", match[1], match[2]), "--screenshot="+file, "file://"+page,
	).CombinedOutput()
	if err != nil {
		return fmt.Errorf("chromium: %w\n%s", err, out)
	}
	return nil
}
