package eksidentity

import (
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// sessionDuration is STS's default. The object store's accounts do not expire: clients only renew their credentials.
const sessionDuration = time.Hour

// XML namespace and version of the STS API.
const (
	stsNamespace = "https://sts.amazonaws.com/doc/2011-06-15/"
	stsVersion   = "2011-06-15"
)

// STSHandler returns the STS API for the stack in dir. It supports AssumeRoleWithWebIdentity.
func STSHandler(dir string, verifier *Verifier, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		req.Body = http.MaxBytesReader(w, req.Body, 64<<10) // a token has 2 KiB
		session, name, err := handleAssumeRole(dir, verifier, req)
		if err != nil {
			log.Warn("session refused", "role", req.Form.Get("RoleArn"), "error", err)
			writeError(w, err)
			return
		}
		log.Info("session granted", "role", session.RoleARN, "subject", session.Claims.Subject)
		writeXML(w, http.StatusOK, assumeRoleResponse{
			Namespace: stsNamespace,
			Result: assumeRoleResult{
				Credentials: sessionCredentials{
					AccessKeyID: session.Credentials.AccessKey, SecretAccessKey: session.Credentials.SecretKey,
					Expiration: time.Now().Add(sessionDuration).UTC().Format(time.RFC3339),
				},
				Subject: session.Claims.Subject, Provider: session.Claims.Issuer,
				Audience: strings.Join(session.Claims.Audience, ","),
				User:     assumedRoleUser{ARN: sessionARN(session.RoleARN, name), ID: session.RoleID + ":" + name},
			},
		})
	})
}

func handleAssumeRole(dir string, verifier *Verifier, req *http.Request) (Session, string, error) {
	if err := req.ParseForm(); err != nil {
		return Session{}, "", newAPIError(400, "MalformedQueryString", "%w", err)
	}
	if got := req.Form.Get("Action"); got != "AssumeRoleWithWebIdentity" {
		return Session{}, "", newAPIError(400, "InvalidAction", "invalid Action %q: must be AssumeRoleWithWebIdentity", got)
	}
	if got := req.Form.Get("Version"); got != stsVersion {
		return Session{}, "", newAPIError(400, "InvalidAction", "invalid Version %q: must be %s", got, stsVersion)
	}
	for _, name := range []string{"RoleArn", "RoleSessionName", "WebIdentityToken"} {
		if req.Form.Get(name) == "" {
			return Session{}, "", newAPIError(400, "ValidationError", "%s is missing", name)
		}
	}
	session, err := assumeRoleWithWebIdentity(req.Context(), dir, verifier, req.Form.Get("RoleArn"), req.Form.Get("WebIdentityToken"))
	return session, req.Form.Get("RoleSessionName"), err
}

// sessionARN returns the ARN of a session of a role, arn:aws:iam::ACCOUNT:role/PATH/NAME.
func sessionARN(role, sessionName string) string {
	account, name, _ := strings.Cut(strings.TrimPrefix(role, "arn:aws:iam::"), ":role/")
	return fmt.Sprintf("arn:aws:sts::%s:assumed-role/%s/%s", account, name[strings.LastIndex(name, "/")+1:], sessionName)
}

type assumeRoleResponse struct {
	XMLName   xml.Name         `xml:"AssumeRoleWithWebIdentityResponse"`
	Namespace string           `xml:"xmlns,attr"`
	Result    assumeRoleResult `xml:"AssumeRoleWithWebIdentityResult"`
}

type assumeRoleResult struct {
	Credentials sessionCredentials `xml:"Credentials"`
	Subject     string             `xml:"SubjectFromWebIdentityToken"`
	User        assumedRoleUser    `xml:"AssumedRoleUser"`
	Provider    string             `xml:"Provider"`
	Audience    string             `xml:"Audience"`
}

// sessionCredentials have no session token: versitygw refuses one for its accounts.
type sessionCredentials struct {
	AccessKeyID     string `xml:"AccessKeyId"`
	SecretAccessKey string
	SessionToken    string
	Expiration      string
}

type assumedRoleUser struct {
	ARN string `xml:"Arn"`
	ID  string `xml:"AssumedRoleId"`
}

type errorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Type      string   `xml:"Error>Type"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
}

func writeError(w http.ResponseWriter, err error) {
	var r *apiError
	if !errors.As(err, &r) {
		writeXML(w, http.StatusInternalServerError, errorResponse{
			Namespace: stsNamespace, Type: "Receiver", Code: "InternalFailure", Message: err.Error(),
		})
		return
	}
	writeXML(w, r.status, errorResponse{Namespace: stsNamespace, Type: "Sender", Code: r.code, Message: r.err.Error()})
}

func writeXML(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_ = xml.NewEncoder(w).Encode(body) // fails only if the client is gone
}
