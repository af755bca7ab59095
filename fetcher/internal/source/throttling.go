package source

import "net/http"

// IsThrottlingStatus reports whether a status means that the store gets more requests than it can answer: S3 returns
// 503 for a prefix, also to HEAD, whose response has no code; Cloud Storage returns 429 or 503 for a bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
// https://cloud.google.com/storage/docs/request-rate
func IsThrottlingStatus(status int) bool {
	return status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests
}
