// Package sigstore signs models with the identity of a CI job instead of a key of one's own: Fulcio, the certificate
// authority of Sigstore, confirms the identity for a key that is made for one signature, and Rekor, its transparency
// log, records when it was used.
package sigstore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	protobundle "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"github.com/sigstore/sigstore-go/pkg/sign"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/modelferry/modelferry/fetcher/signature"
)

const (
	// timeout is that of one signature.
	timeout = time.Minute
	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 1 << 20
	// maxReason is how much of a failure's text is shown, in bytes.
	maxReason = 512
)

// Sign signs an in-toto statement and returns the bundle in JSON. The signature and the identity become public if the
// services are. It is not verified: the services may be others than the caller trusts.
func Sign(ctx context.Context, token Token, services Services, statement []byte) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	key, err := sign.NewEphemeralKeypair(nil) // ECDSA P-256, as cosign's
	if err != nil {
		return nil, err
	}
	bundle, err := sign.Bundle(
		&sign.DSSEData{Data: statement, PayloadType: signature.PayloadType},
		key,
		sign.BundleOptions{
			Context:                    ctx,
			CertificateProvider:        authority{ctx: ctx, url: services.Fulcio},
			CertificateProviderOptions: &sign.CertificateProviderOptions{IDToken: token.text},
			TransparencyLogs:           []sign.Transparency{transparencyLog{url: services.Rekor}},
		},
	)
	if err != nil {
		return nil, err
	}
	return protojson.Marshal(bundle)
}

// authority is Fulcio. It is also the transport of sigstore-go's client, which makes requests without the context, and
// does not show the text of answers with a status of 5xx.
// https://github.com/sigstore/sigstore-go/blob/v1.3.0/pkg/sign/certificate.go
type authority struct {
	ctx context.Context
	url string
}

// GetCertificate requests a certificate for a key.
func (a authority) GetCertificate(ctx context.Context, key sign.Keypair, o *sign.CertificateProviderOptions) ([]byte, error) {
	der, err := sign.NewFulcio(&sign.FulcioOptions{BaseURL: a.url, Timeout: -1, Transport: a}).GetCertificate(ctx, key, o)
	if err != nil {
		return nil, fmt.Errorf("no certificate from Fulcio: %w", err)
	}
	return der, nil
}

// RoundTrip sends a request within the context.
func (a authority) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := http.DefaultTransport.RoundTrip(request.WithContext(a.ctx))
	if err != nil || response.StatusCode == http.StatusOK {
		return response, err
	}
	defer response.Body.Close()
	return nil, errAnswer(response)
}

// transparencyLog is Rekor.
type transparencyLog struct{ url string }

// GetTransparencyLogEntry records the signature of a bundle and adds the entry to it.
func (l transparencyLog) GetTransparencyLogEntry(ctx context.Context, certificate []byte, bundle *protobundle.Bundle) error {
	err := sign.NewRekor(&sign.RekorOptions{BaseURL: l.url}).GetTransparencyLogEntry(ctx, certificate, bundle)
	if err != nil {
		return fmt.Errorf("no entry in the transparency log %s: %w", l.url, err)
	}
	return nil
}

// errAnswer returns the error of an answer that is a failure, with the beginning of its text. If it repeats the
// token of the request, that is hidden.
func errAnswer(response *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if secret := strings.TrimPrefix(response.Request.Header.Get("Authorization"), "Bearer "); secret != "" {
		text = bytes.ReplaceAll(text, []byte(secret), []byte(Token{}.String()))
	}
	text = bytes.TrimSpace(text[:min(len(text), maxReason)])
	return errors.Join(fmt.Errorf("the answer was %s: %s", response.Status, text), err)
}
