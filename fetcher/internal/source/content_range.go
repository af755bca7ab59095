package source

import (
	"fmt"
	"strings"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
)

// CheckContentRange compares a response's Content-Range with the requested range: length bytes from offset of an object
// of size bytes. Without the header a response is accepted if the whole object was requested. Another object size is
// fetcherr.ObjectChanged. Any other mismatch is a transient error, because proxies sometimes drop the header.
func CheckContentRange(url, got string, offset, length, size int64) error {
	want := fmt.Sprintf("bytes %d-%d/%d", offset, offset+length-1, size)
	switch {
	case got == want, got == "" && length == size:
		return nil
	case got != "" && !strings.HasSuffix(got, fmt.Sprintf("/%d", size)):
		return fetcherr.New(fetcherr.ObjectChanged,
			"%s was replaced while it was read: the size was %d bytes, now the range is %q", url, size, got)
	}
	return fmt.Errorf("%s: requested %q, the server sent %q", url, want, got)
}
