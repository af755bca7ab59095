package main

import (
	"bytes"
	"regexp"
	"strings"
)

// progress prints, of the output of a test with -test.v, the lines that say which tests begin and end.
type progress struct {
	stack string
	print func(line string)
	// rest is the beginning of a line.
	rest []byte
}

func (p *progress) Write(output []byte) (int, error) {
	p.rest = append(p.rest, output...)
	for {
		line, rest, found := bytes.Cut(p.rest, []byte("\n"))
		if !found {
			return len(output), nil
		}
		if text, ok := progressLine(string(line), p.stack); ok {
			p.print(text)
		}
		p.rest = rest
	}
}

var (
	begins = regexp.MustCompile(`^=== RUN   (Test\S+)$`)
	ends   = regexp.MustCompile(`^--- (PASS|FAIL|SKIP): (Test\S+) \((\S+)\)$`)
)

// progressLine returns what to print for a line of a test's output. A scenario is a subtest with the name of its stack.
// A test that has none for the stack passes in no time. ok is false if nothing is to be printed.
func progressLine(line, stack string) (text string, ok bool) {
	if match := begins.FindStringSubmatch(line); match != nil {
		isScenario := strings.HasSuffix(match[1], "/"+stack)
		isTest := stack == "" && !strings.Contains(match[1], "/")
		return "begins " + match[1], isScenario || isTest
	}
	if match := ends.FindStringSubmatch(line); match != nil {
		return match[1] + " " + match[2] + ", " + match[3], match[1] == "FAIL" || match[3] != "0.00s"
	}
	return "", false
}
