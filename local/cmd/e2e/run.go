package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// run runs the jobs at the same time and returns the errors of those that did not pass. The output of one job is
// printed as it comes, that of several is printed one after the other when all have ended, and in between their
// progress.
func (s stage) run(ctx context.Context, root, work string, out io.Writer) error {
	if len(s) == 1 {
		return s[0].runTo(ctx, root, work, out)
	}
	var printing sync.Mutex
	failures := make([]error, len(s))
	var jobs sync.WaitGroup
	started := time.Now()
	for i, j := range s {
		progress := &progress{stack: j.stack, print: func(line string) {
			printing.Lock()
			defer printing.Unlock()
			fmt.Fprintf(out, "%7s  %-8s  %s\n", time.Since(started).Round(time.Second), j.name, line)
		}}
		jobs.Go(func() { failures[i] = j.runTo(ctx, root, work, progress) })
	}
	jobs.Wait()
	for _, j := range s {
		fmt.Fprintf(out, "\n== %s\n", j.name)
		failures = append(failures, printFile(out, j.log(work)))
	}
	return errors.Join(failures...)
}

func (j job) log(work string) string { return filepath.Join(work, j.name+".log") }

// runTo runs a job. Its output goes to its log and to out.
func (j job) runTo(ctx context.Context, root, work string, out io.Writer) error {
	log, err := os.Create(j.log(work))
	if err != nil {
		return err
	}
	cmd := j.testCommand(ctx, root, work)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Stdout = io.MultiWriter(log, out)
	cmd.Stderr = cmd.Stdout
	err = cmd.Run()
	if err != nil {
		err = fmt.Errorf("%s: %w: see %s", j.name, err, log.Name())
	}
	return errors.Join(err, log.Close())
}

func printFile(out io.Writer, name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	_, err = io.Copy(out, file)
	return err
}
