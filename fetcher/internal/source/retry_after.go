package source

import (
	"net/http"
	"strconv"
	"time"
)

// RetryAfter reads how long an answer asks to be left alone: Retry-After in
// seconds or as a date. 0 when it says nothing, or nothing that can be read.
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
