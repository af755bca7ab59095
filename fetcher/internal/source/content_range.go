package source

import (
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// CheckContentRange compares an answer's Content-Range with the range that was asked
// for, length bytes from offset of an object of size bytes. An answer without
// one is right when the whole was asked for. An object of another size is
// another object, fetcherr.Changed; a server that does not keep to the range is
// a transient fault, as proxies are known to lose the header now and then.
func CheckContentRange(url, got string, offset, length, size int64) error {
	want := fmt.Sprintf("bytes %d-%d/%d", offset, offset+length-1, size)
	switch {
	case got == want, got == "" && length == size:
		return nil
	case got != "" && !strings.HasSuffix(got, fmt.Sprintf("/%d", size)):
		return fetcherr.New(fetcherr.ObjectChanged, "%s was replaced while it was read: the size was %d bytes, now the range is %q", url, size, got)
	}
	return fmt.Errorf("%s: requested %q, the server sent %q", url, want, got)
}
