package debianimage

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"path"
	"slices"
	"strings"
	"time"
)

// mergedDirs are links to the folders of the same name in /usr: https://wiki.debian.org/UsrMerge
var mergedDirs = []string{"bin", "lib", "lib64", "sbin"}

// emptyDirs are mount points, and folders that programs expect.
var emptyDirs = map[string]int64{"dev": 0o755, "etc": 0o755, "proc": 0o755, "run": 0o755, "sys": 0o755, "tmp": 0o1777, "usr": 0o755}

// excludedDirs are not needed to run a program.
var excludedDirs = []string{
	"usr/include/", "usr/share/bash-completion/", "usr/share/bug/", "usr/share/doc-base/", "usr/share/info/",
	"usr/share/lintian/", "usr/share/locale/", "usr/share/man/",
}

// excluded reports whether a file is left out. Copyright files stay, because many licenses require them.
func excluded(name string) bool {
	if strings.HasPrefix(name, "usr/share/doc/") {
		return path.Base(name) != "copyright"
	}
	return slices.ContainsFunc(excludedDirs, func(dir string) bool { return strings.HasPrefix(name, dir) })
}

// layerTar writes a tar archive without duplicates.
type layerTar struct {
	*tar.Writer
	// files maps the names in the archive to their packages.
	files map[string]string
}

// writeTar writes the files of packages to a tar archive. The files of each package are in the order of its archive, so
// the same packages give the same bytes.
func writeTar(ctx context.Context, w io.Writer, s Spec, debs []string) error {
	out := layerTar{Writer: tar.NewWriter(w), files: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(emptyDirs)) {
		if err := out.add("", &tar.Header{Typeflag: tar.TypeDir, Name: name, Mode: emptyDirs[name]}, nil); err != nil {
			return err
		}
	}
	links := map[string]string{}
	for _, name := range mergedDirs {
		links[name] = "usr/" + name
		if err := out.add("", &tar.Header{Typeflag: tar.TypeDir, Name: "usr/" + name, Mode: 0o755}, nil); err != nil {
			return err
		}
	}
	maps.Copy(links, s.Links)
	for _, name := range slices.Sorted(maps.Keys(links)) {
		header := &tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: links[name], Mode: 0o777}
		if err := out.add("", header, nil); err != nil {
			return err
		}
	}
	for _, deb := range slices.Sorted(slices.Values(debs)) {
		if err := out.addPackage(ctx, deb); err != nil {
			return fmt.Errorf("%s: %w", path.Base(deb), err)
		}
	}
	return out.Close()
}

func (t layerTar) addPackage(ctx context.Context, deb string) error {
	cmd := exec.CommandContext(ctx, "dpkg-deb", "--fsys-tarfile", deb)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	copyErr := t.copyFrom(path.Base(deb), stdout)
	_, drainErr := io.Copy(io.Discard, stdout) // what follows the end of the archive
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("dpkg-deb: %w: %s", err, stderr.String())
	}
	return errors.Join(copyErr, drainErr)
}

func (t layerTar) copyFrom(origin string, archive io.Reader) error {
	files := tar.NewReader(archive)
	for {
		header, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := mergedPath(header.Name)
		if name == "." || excluded(name) || slices.Contains(mergedDirs, name) {
			continue
		}
		header.Name = name
		if header.Typeflag == tar.TypeLink {
			header.Linkname = mergedPath(header.Linkname)
		}
		if err := t.add(origin, header, files); err != nil {
			return err
		}
	}
}

// mergedPath returns a path of a package without its leading "./", and below /usr if its folder is one of mergedDirs.
func mergedPath(name string) string {
	name = path.Clean(strings.TrimPrefix(name, "./"))
	if first, _, inside := strings.Cut(name, "/"); inside && slices.Contains(mergedDirs, first) {
		return "usr/" + name
	}
	return name
}

// add adds a file that belongs to root, without the bits that give its owner's rights to who runs it.
func (t layerTar) add(origin string, header *tar.Header, content io.Reader) error {
	if previous, exists := t.files[header.Name]; exists {
		if header.Typeflag == tar.TypeDir {
			return nil
		}
		return fmt.Errorf("/%s is also in %q", header.Name, previous)
	}
	t.files[header.Name] = origin
	name := header.Name
	if header.Typeflag == tar.TypeDir {
		name += "/"
	}
	const setuidSetgid = 0o6000
	modified := header.ModTime
	if modified.IsZero() {
		modified = time.Unix(0, 0)
	}
	err := t.WriteHeader(&tar.Header{
		Typeflag: header.Typeflag, Name: name, Linkname: header.Linkname, Size: header.Size,
		Mode: header.Mode &^ setuidSetgid, ModTime: modified.UTC(),
	})
	if err != nil || header.Typeflag != tar.TypeReg {
		return err
	}
	_, err = io.Copy(t, content)
	return err
}
