package release

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/modelferry/modelferry/cli/internal/exitcode"
	"github.com/modelferry/modelferry/cli/internal/sigstore"
	"github.com/modelferry/modelferry/cli/objectstore"
	"github.com/modelferry/modelferry/config"
	"github.com/modelferry/modelferry/fetcher/signature"
)

// checkKeyless returns what is wrong with the request's flags.
func (r Request) checkKeyless() error {
	switch {
	case !r.SignKeyless && r.Sigstore != sigstore.Services{}:
		return errors.New("--fulcio-url and --rekor-url are for --sign-keyless: add it")
	case r.SignKeyless && r.DryRun:
		return errors.New("--sign-keyless and --dry-run may not be used together: the signature would be in a public log")
	}
	return nil
}

// signKeyless signs the contents with the identity of the job that runs. What the stacks trust is read first, since no
// signature can be removed from the log.
func (e *Environment) signKeyless(ctx context.Context, r Request, steps []*step, contents map[string]*content) error {
	err := r.checkKeyless()
	if err != nil || !r.SignKeyless {
		return exitcode.WithCode(exitcode.Invalid, err)
	}
	services, names := map[string]sigstore.Services{}, slices.Sorted(maps.Keys(contents))
	for _, name := range names {
		if services[name], err = r.services(steps, name); err != nil {
			return exitcode.WithCode(exitcode.Invalid, fmt.Errorf("--sign-keyless: %w", err))
		}
	}
	var token sigstore.Token
	for _, name := range names {
		c := contents[name]
		if c.signature, err = releasedSignature(ctx, steps, name, c); err != nil {
			return err
		}
		if c.signature != nil {
			continue
		}
		if token == (sigstore.Token{}) {
			if token, err = findToken(ctx); err != nil {
				return err
			}
		}
		statement, err := signature.MarshalStatement(c.name, []signature.File{c.signedFile()})
		if err != nil {
			return exitcode.WithCode(exitcode.Invalid, fmt.Errorf("--sign-keyless: %w", err))
		}
		fmt.Fprintf(e.Messages, "signing %s with the identity of this job, with an entry in %s\n", c.name, services[name].Rekor)
		if c.signature, err = sigstore.Sign(ctx, token, services[name], statement); err != nil {
			return fmt.Errorf("--sign-keyless: %w: nothing was uploaded", err)
		}
	}
	return nil
}

func findToken(ctx context.Context) (sigstore.Token, error) {
	token, err := sigstore.FindToken(ctx, os.Getenv)
	if err == nil {
		return token, nil
	}
	err = fmt.Errorf("--sign-keyless: %w", err)
	if errors.Is(err, sigstore.ErrNoIdentity) || errors.Is(err, sigstore.ErrInvalidToken) {
		err = exitcode.WithCode(exitcode.Invalid, err)
	}
	return token, err
}

// services returns the services that sign an artifact, if every stack trusts an identity for it.
func (r Request) services(steps []*step, name string) (sigstore.Services, error) {
	signers := make([]*config.Signature, len(steps))
	for i, s := range steps {
		var err error
		if signers[i], err = s.target.keylessSigner(name); err != nil {
			return sigstore.Services{}, err
		}
	}
	complete, err := r.Sigstore.Complete([]byte(signers[0].TrustedRoot), time.Now())
	if err != nil {
		return sigstore.Services{}, fmt.Errorf("%s: %w", steps[0].target.file.Name(), err)
	}
	return complete, nil
}

// keylessSigner returns the identity that the signatures of an artifact have to be from.
func (t *target) keylessSigner(name string) (*config.Signature, error) {
	version, _ := t.version(name)
	signer := t.config.Signatures.Resolve(cmp.Or(version.Signature, &config.Signature{}))
	if signer.TrustedRoot == "" { // an identity requires one
		return nil, fmt.Errorf("%s trusts no identity for the artifact %s: set identity, issuer and trustedRoot in %s",
			t.file.Name(), name, config.Path("signatures"))
	}
	return signer, nil
}

// releasedSignature returns the signature with which a stack has the same content already, or nil: a release that is
// repeated needs no other one.
func releasedSignature(ctx context.Context, steps []*step, name string, c *content) ([]byte, error) {
	for _, s := range steps {
		a, ok := s.target.current()[name]
		if !ok || a.SHA256 != c.sha256 {
			continue
		}
		bundle, err := s.target.readSignature(ctx, a)
		if err != nil && !errors.Is(err, objectstore.ErrNotFound) {
			return nil, err
		}
		signed := *c
		signed.signature = bundle
		if bundle != nil && isSignedFor(steps, name, &signed) {
			return bundle, nil
		}
	}
	return nil, nil
}

// isSignedFor reports whether all stacks accept the signature of a content.
func isSignedFor(steps []*step, name string, c *content) bool {
	return !slices.ContainsFunc(steps, func(s *step) bool {
		signer, err := s.target.keylessSigner(name)
		return err != nil || verifySignature(signer, c, false) != nil
	})
}
