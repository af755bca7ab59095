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

// processRecord is node.pid: which process is the node. It is there from the node's first moment until Stop, so that
// it outlives a crash.
type processRecord struct {
	PID int `json:"pid"`
	// Started and Boot make the id unmistakable: process ids are used again. Started is in clock ticks since
	// the boot that Boot names.
	Started uint64 `json:"started"`
	Boot    string `json:"boot"`
	// Range is the node's /16; what etcd keeps is full of its addresses.
	Range string `json:"range"`
}

func recordPath(layout paths.Layout) string { return filepath.Join(layout.Dir(), "node.pid") }

// readProcessRecord is nil when there is none.
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

// inspectProcess is the identity of a running process; an error when there is none of that id.
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

// parseStat reads state and start time out of /proc/PID/stat, see proc(5): fields 3 and 22. The second field is
// the program's name in parentheses and may hold anything, so the count begins after the last one.
func parseStat(stat string) (state string, started uint64, err error) {
	const startField = 22 - 3
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) <= startField {
		return "", 0, fmt.Errorf("unexpected content of stat: %q", stat)
	}
	started, err = strconv.ParseUint(fields[startField], 10, 64)
	return fields[0], started, err
}

// alive is that the very process runs.
func (r *processRecord) alive() bool {
	now, err := inspectProcess(r.PID)
	return err == nil && now.Started == r.Started && now.Boot == r.Boot
}
