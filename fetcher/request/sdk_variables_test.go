package request_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/modelferry/modelferry/fetcher/internal/fetcherr"
	"github.com/modelferry/modelferry/fetcher/request"
)

// onGCS changes env to a model in Cloud Storage.
func onGCS(changes map[string]string) map[string]string {
	all := map[string]string{"S3_BUCKET": "", "S3_MODEL_PATH": "", "GCS_BUCKET": "models", "GCS_MODEL_PATH": "bankchurn/model.joblib"}
	for key, value := range changes {
		all[key] = value
	}
	return all
}

func TestFromEnv_invalidSDKVariables(t *testing.T) {
	const secret = "sEcReT"
	s3 := map[string][]string{
		"AWS_REGION":                        {"eu-west-1\n", " eu-west-1", "eu west", "eu-west-1/", "eu.west"},
		"AWS_DEFAULT_REGION":                {"eu-west-1\n"},
		"AWS_ACCESS_KEY_ID":                 {secret + "\n", secret + " ", secret + "\x00", "\u00a0" + secret},
		"AWS_SECRET_ACCESS_KEY":             {secret + "\n", secret + "\r\n", "\t" + secret},
		"AWS_SESSION_TOKEN":                 {secret + "\n", secret + " x"},
		"AWS_CONTAINER_AUTHORIZATION_TOKEN": {secret + "\n"},
		"AWS_ENDPOINT_URL":                  {"minio:9000", "http://minio:9000\n", "//minio", "s3://minio"},
		"AWS_ENDPOINT_URL_S3": {
			"minio:9000",
			"http://",
			"http://minio:port",
			"http://mi nio",
			"http://u:" + secret + "@minio",
			"http://minio/?a=b",
		},
		"AWS_ENDPOINT_URL_STS":               {"sts.example.com", "https://sts.example.com \n"},
		"AWS_CONTAINER_CREDENTIALS_FULL_URI": {"169.254.170.23/v1/credentials", "http://169.254.170.23/v1\n"},
		"AWS_ROLE_ARN": {
			"bankchurn",
			"arn:aws:iam::111122223333:role/bankchurn\n",
			"arn:aws:iam::111122223333:user/x",
		},
		"AWS_ROLE_SESSION_NAME":       {"a", "bank churn", "bankchurn\n"},
		"AWS_WEB_IDENTITY_TOKEN_FILE": {"/token\n", " /token"},
		"AWS_CA_BUNDLE":               {"/ca\n.pem"},
		"HTTP_PROXY":                  {"http://proxy:port", "ftp://" + secret + "@proxy"},
		"HTTPS_PROXY":                 {"http://proxy:3128\n", "http://pro xy:3128"},
		"http_proxy":                  {"http://"},
		"https_proxy":                 {"http://proxy:3128 "},
		"S3_ADDRESSING_STYLE":         {"auto", "Path"},
		"S3_REQUEST_PAYER":            {"true", "bucketowner"},
	}
	gcs := map[string][]string{
		"STORAGE_EMULATOR_HOST":          {"gcs:4443\n", "gcs 4443", "ftp://gcs", "http://", "gcs/path"},
		"GCE_METADATA_HOST":              {"http://169.254.169.254", "169.254.169.254\n"},
		"GOOGLE_CLOUD_UNIVERSE_DOMAIN":   {"https://example.com", "example.com\n"},
		"GOOGLE_APPLICATION_CREDENTIALS": {"/key.json\n"},
		"SSL_CERT_FILE":                  {"/ca.pem "},
		"GCS_USER_PROJECT":               {"My Project", "project\n"},
		"HTTPS_PROXY":                    {"http://proxy:3128\n"},
	}
	for cloud, variables := range map[string]map[string][]string{"s3": s3, "gcs": gcs} {
		for key, values := range variables {
			for _, value := range values {
				t.Run(cloud+"/"+key+"="+value, func(t *testing.T) {
					changes := map[string]string{key: value}
					if cloud == "gcs" {
						changes = onGCS(changes)
					}
					_, err := request.FromEnv(env(changes))
					require.ErrorContains(t, err, "invalid "+key)
					require.Equal(t, fetcherr.InvalidConfig, fetcherr.KindOf(err))
					require.NotContains(t, err.Error(), secret)
				})
			}
		}
	}
}

func TestFromEnv_validSDKVariables(t *testing.T) {
	for _, changes := range []map[string]string{
		{"AWS_REGION": "us-gov-west-1", "AWS_ENDPOINT_URL_S3": "https://s3.example.com:9000/prefix", "AWS_ENDPOINT_URL": "http://[::1]:9000",
			"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJalr/XUtnFEMI+K7MDENG==", "AWS_SESSION_TOKEN": "IQoJ+/=="},
		{"AWS_REGION": "auto", "AWS_ROLE_ARN": "arn:aws-cn:iam::111122223333:role/path/name", "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"},
		{"AWS_ROLE_ARN": "arn:minio:iam:::role/idmp-1", "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://[fd00:ec2::23]/v1/credentials"},
		{"HTTP_PROXY": "proxy:3128", "HTTPS_PROXY": "http://user:p%20w@proxy.example.com:3128", "NO_PROXY": "169.254.0.0/16, .svc"},
		{"AWS_WEB_IDENTITY_TOKEN_FILE": "/var/run/a token", "AWS_ROLE_SESSION_NAME": "pod-1@ml"}, {"SSL_CERT_FILE": "/"},
		{"https_proxy": "socks5://10.0.0.1:1080", "STORAGE_EMULATOR_HOST": "not used\n"},
		onGCS(map[string]string{"STORAGE_EMULATOR_HOST": "http://gcs:4443/", "GCE_METADATA_HOST": "169.254.169.254", "AWS_REGION": "not used\n"}),
		onGCS(map[string]string{"STORAGE_EMULATOR_HOST": "127.0.0.1:4443", "GOOGLE_CLOUD_UNIVERSE_DOMAIN": "apis-berlin-build0.goog"}),
	} {
		_, err := request.FromEnv(env(changes))
		require.NoError(t, err, changes)
	}
}

func TestFromEnv_storeSettings(t *testing.T) {
	req, err := request.FromEnv(
		env(map[string]string{"S3_ADDRESSING_STYLE": "virtual", "S3_REQUEST_PAYER": "requester", "GCS_USER_PROJECT": "p"}),
	)
	require.NoError(t, err)
	require.Equal(t, "virtual", req.AddressingStyle)
	require.True(t, req.RequesterPays)
	require.Empty(t, req.UserProject)
	req, err = request.FromEnv(env(onGCS(map[string]string{"GCS_USER_PROJECT": "example.com:payer-1", "S3_REQUEST_PAYER": "requester"})))
	require.NoError(t, err)
	require.Equal(t, "example.com:payer-1", req.UserProject)
	require.False(t, req.RequesterPays)
}

func TestFromEnv_accessPointARN(t *testing.T) {
	for _, arn := range []string{
		"arn:aws:s3:eu-west-1:111122223333:accesspoint/models", "arn:aws-cn:s3:cn-north-1:111122223333:accesspoint:models",
		"arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap",
		"arn:aws:s3-object-lambda:eu-west-1:111122223333:accesspoint/models",
		"arn:aws:s3-outposts:eu-west-1:111122223333:outpost/op-01ac5d28a6a232904/accesspoint/models",
	} {
		req, err := request.FromEnv(env(map[string]string{"S3_BUCKET": arn}))
		require.NoError(t, err)
		require.Equal(t, "s3://"+arn+"/bankchurn/model.joblib", req.URL(req.Artifacts[0]))
		_, err = request.FromEnv(env(onGCS(map[string]string{"GCS_BUCKET": arn})))
		require.ErrorContains(t, err, "invalid bucket")
	}
	for _, arn := range []string{
		"arn:aws:s3:::models", "arn:aws:s3:eu-west-1:1:accesspoint/models", "arn:aws:s3:eu-west-1:111122223333:accesspoint/models/object/x",
	} {
		_, err := request.FromEnv(env(map[string]string{"S3_BUCKET": arn}))
		require.ErrorContains(t, err, "or the ARN of an access point")
	}
}
