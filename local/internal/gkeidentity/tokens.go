package gkeidentity

import (
	"crypto/rand"
	"maps"
	"sync"
	"time"
)

// tokenLifetime is that of Google's access tokens.
const tokenLifetime = time.Hour

// tokens are the access tokens that the metadata server has issued. They are in memory only: a restart of the node
// revokes them.
type tokens struct {
	lifetime time.Duration

	mu     sync.Mutex
	issued map[string]session
}

// session is what a token stands for.
type session struct {
	principal string
	expires   time.Time
}

// issue returns a new token of a principal. Clients must not look into it, so it says nothing.
// https://cloud.google.com/docs/authentication/token-types#access
func (t *tokens) issue(principal string) string {
	token := "ya29." + rand.Text() + rand.Text()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.issued == nil {
		t.issued = map[string]session{}
	}
	maps.DeleteFunc(t.issued, func(_ string, s session) bool { return !time.Now().Before(s.expires) })
	t.issued[token] = session{principal, time.Now().Add(t.lifetime)}
	return token
}

// principal returns the principal of a token, or false if it was not issued or has expired.
func (t *tokens) principal(token string) (string, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.issued[token]
	return s.principal, ok && time.Now().Before(s.expires)
}
