package node

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/modelferry/modelferry/local/internal/paths"
)

// processRecord is the content of node.pid, which identifies the node's first process. Only Stop removes the file, so
// it survives a crash.
type processRecord struct {
	PID int `json:"pid"`
	// Started and Boot distinguish the process from a later one with the same PID. Started is in clock ticks since the
	// boot with the ID Boot.
	Started uint64 `json:"started"`
	Boot    string `json:"boot"`
	// Range is the node's /16. It cannot change while there are data, because etcd's contain addresses.
	Range string `json:"range"`
}

func recordPath(layout paths.Layout) string { return filepath.Join(layout.Dir(), "node.pid") }

// readProcessRecord returns nil if there is no record.
func readProcessRecord(layout paths.Layout) (*processRecord, error) {
	content, err := os.ReadFile(recordPath(layout))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("node's record: %w", err)
	}
	r := &processRecord{}
	if err := json.Unmarshal(content, r); err != nil {
		return nil, fmt.Errorf("%s: %w", recordPath(layout), err)
	}
	return r, nil
}

func writeProcessRecord(layout paths.Layout, pid int, addresses string) (*processRecord, error) {
	r, err := inspectProcess(pid)
	if err != nil {
		return nil, err
	}
	r.Range = addresses
	content, err := json.Marshal(r)
	if err != nil {
		return nil, fmt.Errorf("node's record: %w", err)
	}
	if err := os.WriteFile(recordPath(layout), append(content, '\n'), 0o644); err != nil {
		return nil, fmt.Errorf("node's record: %w", err)
	}
	return r, nil
}

// inspectProcess returns the record of a running process, or an error if no process has that PID.
func inspectProcess(pid int) (*processRecord, error) {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	state, started, err := parseStat(string(stat))
	if err != nil {
		return nil, fmt.Errorf("process %d: %w", pid, err)
	}
	if state == "Z" || state == "X" {
		return nil, fmt.Errorf("process %d has ended", pid)
	}
	return &processRecord{PID: pid, Started: started, Boot: strings.TrimSpace(string(boot))}, nil
}

// parseStat returns the state and the start time in /proc/PID/stat: fields 3 and 22 of proc(5). Field 2 is the
// program's name in parentheses. It may contain any character, so fields are counted from the last parenthesis.
func parseStat(stat string) (state string, started uint64, err error) {
	const startField = 22 - 3
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) <= startField {
		return "", 0, fmt.Errorf("unexpected content of stat: %q", stat)
	}
	started, err = strconv.ParseUint(fields[startField], 10, 64)
	return fields[0], started, err
}

// alive reports whether the process still runs. Another process with the same PID does not count.
func (r *processRecord) alive() bool {
	current, err := inspectProcess(r.PID)
	return err == nil && current.Started == r.Started && current.Boot == r.Boot
}
