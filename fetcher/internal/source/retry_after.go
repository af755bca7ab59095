package source

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter returns the Retry-After header, in seconds or as a date, as a duration. It is 0 if the header is missing
// or invalid.
func RetryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return time.Duration(max(seconds, 0)) * time.Second
	}
	if date, err := http.ParseTime(text); err == nil {
		return max(time.Until(date), 0)
	}
	return 0
}
