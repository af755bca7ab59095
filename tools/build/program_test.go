package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func selectedNames(t *testing.T, requested ...string) []string {
	t.Helper()
	selected, err := selectPrograms(requested)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range selected {
		names = append(names, p.name)
	}
	return names
}

func TestSelectPrograms_defaultIsLocalCloud(t *testing.T) {
	want := []string{"pulumi", "kube", "fake-gcs-server", "versitygw", "pause", "ferry"}
	if got := selectedNames(t); !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v: linters are built only by name", got, want)
	}
}

func TestSelectPrograms_keepsOrder(t *testing.T) {
	want := []string{"ferry", "golangci-lint"}
	if got := selectedNames(t, want...); !slices.Equal(got, want) {
		t.Fatalf("got %v, want %v", got, want)
	}
}

func TestSelectPrograms_unknownListsKnown(t *testing.T) {
	_, err := selectPrograms([]string{"fery"})
	const want = `invalid program "fery": must be one of pulumi, kube, fake-gcs-server, versitygw, kube-state-metrics, pause, ferry, modelferry, pulumi-resource-kubernetes, golangci-lint, actionlint, kube-score, kubeconform`
	if err == nil || err.Error() != want {
		t.Fatalf("got %v, want %s", err, want)
	}
}

func TestSourceDigest_changesWithModule(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	sources := func() string {
		digest, err := program{pkg: "."}.sourceDigest(dir)
		if err != nil {
			t.Fatal(err)
		}
		return digest
	}
	write("go.mod", "module example\n")
	first := sources()
	write("README", "not built from")
	if sources() != first {
		t.Fatal("a file that nothing is built from changed the digest")
	}
	write("go.mod", "module example\n\ngo 1.26\n")
	if sources() == first {
		t.Fatal("a changed go.mod did not change the digest")
	}
}

func TestPrograms_modulesExist(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range programs {
		if _, err := os.Stat(filepath.Join(root, p.module, "go.mod")); err != nil {
			t.Errorf("%s: %v", p.name, err)
		}
	}
}
