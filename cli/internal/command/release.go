package command

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/modelferry/modelferry/cli/internal/release"
)

func releaseCommand() *cobra.Command {
	var r release.Request
	cmd := &cobra.Command{
		Use:   "release SERVICE FILE|FOLDER|MODEL|ARTIFACT=SOURCE...",
		Short: "Upload artifacts of a service and write them into the stack files",
		Long: "Upload artifacts of a service, under paths that contain their digests, record the release in the bucket, and write\n" +
			"path, digest, size and version into the stack files. A single source is the model. A folder is packed as .tar.zst.\n" +
			"A MODEL of an MLflow registry is models:/NAME/VERSION or models:/NAME@ALIAS, with /PATH for one file of it. The server\n" +
			"is that of MLFLOW_TRACKING_URI.\n\n" +
			"The config of every stack is validated before anything is uploaded. Nothing in a bucket is overwritten, and what is\n" +
			"there already is not sent again. After an interruption, run the same command again.",
		Example: "  modelferry release bankchurn model.joblib --stack gke --stack eks\n" +
			"  modelferry release chicagotaxi model=model.joblib predictions=2026.csv --stack gke\n" +
			"  modelferry release nlpinsight ./finbert --backend finbert --stack gke --dry-run\n" +
			"  modelferry release bankchurn model.joblib --stack gke --sign signing-key.pem\n" +
			"  modelferry release bankchurn model.joblib --stack gke --sign-keyless\n" +
			"  modelferry release bankchurn models:/bankchurn@champion/model.joblib --stack gke\n" +
			"  modelferry release bankchurn model.joblib -s gke -s eks --deploy --canary gke",
		Args:              cobra.MinimumNArgs(2),
		ValidArgsFunction: completeServices,
	}
	addStackFlag(cmd, &r.Stacks, "`STACK`; may be repeated (default: the only one that has a file)")
	addChangeFlags(cmd, &r.Options)
	addCanaryFlag(cmd, &r.Options)
	cmd.Flags().StringVar(&r.SHA256, "sha256", "", "expected `DIGEST` of the artifact; another one is refused")
	cmd.Flags().StringVar(&r.SignKey, "sign", "", "sign the artifacts with the private key in `FILE` (PEM, ECDSA or Ed25519)")
	cmd.Flags().BoolVar(&r.SignKeyless, "sign-keyless", false,
		"sign the artifacts with the identity of this CI job: SIGSTORE_ID_TOKEN, or that of GitHub Actions")
	cmd.Flags().StringVar(&r.Sigstore.Fulcio, "fulcio-url", "",
		"`URL` of the certificate authority for --sign-keyless (default: that of the stack's trustedRoot)")
	cmd.Flags().StringVar(&r.Sigstore.Rekor, "rekor-url", "",
		"`URL` of the transparency log for --sign-keyless, with version 1 of the API (default: that of the stack's trustedRoot)")
	cmd.Flags().StringVar(&r.Signature, "signature", "", "`FILE` with the signature of the artifact, made by another tool")
	cmd.Flags().StringVar(&r.Image, "image", "", "`IMAGE` of the model server with its digest (default: as it is)")
	cmd.Flags().StringVar(&r.Backend, "backend", "", "`BACKEND` that the artifacts belong to (default: the one that the stack runs)")
	cmd.RunE = func(cmd *cobra.Command, args []string) (err error) {
		environment, stacks, err := openChange(cmd, r.Options, r.Stacks)
		if err != nil {
			return err
		}
		r.Service, r.Stacks = args[0], stacks
		if r.Inputs, err = release.ParseInputs(args[1:]); err != nil {
			return err
		}
		result, err := environment.Release(cmd.Context(), r)
		return withResult(cmd, result, r.Options, err)
	}
	return cmd
}

// withResult writes the result of a command, also that of one whose deployment failed, and returns its error.
func withResult(cmd *cobra.Command, result release.Result, o release.Options, err error) error {
	if err != nil && !slices.ContainsFunc(result.Stacks, func(s release.StackResult) bool { return o.Deploy && s.Record > 0 }) {
		return err
	}
	if writeErr := writeRelease(cmd, result, o); err == nil {
		return writeErr
	}
	return err
}
