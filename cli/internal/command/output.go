package command

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"
)

// Values of --output.
const (
	outputText = "text"
	outputJSON = "json"
)

// outputFormat is the value of --output. It is invalid for any other value than its constants.
type outputFormat string

func (o *outputFormat) String() string { return string(*o) }

func (o *outputFormat) Set(value string) error {
	if value != outputText && value != outputJSON {
		return fmt.Errorf("must be %s or %s", outputText, outputJSON)
	}
	*o = outputFormat(value)
	return nil
}

func (o *outputFormat) Type() string { return "FORMAT" }

// addOutputFlags adds the flags that every command has.
func addOutputFlags(root *cobra.Command) {
	format := outputFormat(outputText)
	root.PersistentFlags().VarP(&format, "output", "o",
		"output `FORMAT`: text, or json for one JSON document on stdout; messages go to stderr")
	_ = root.RegisterFlagCompletionFunc("output", // fails only for a flag that does not exist
		cobra.FixedCompletions([]string{outputText, outputJSON}, cobra.ShellCompDirectiveNoFileComp))
}

// wantsJSON reports whether the user asked for JSON.
func wantsJSON(cmd *cobra.Command) bool { return cmd.Flag("output").Value.String() == outputJSON }

// writeResult writes the result of a command to stdout: value as JSON, or what text writes.
func writeResult(cmd *cobra.Command, value any, text func(out io.Writer) error) error {
	if !wantsJSON(cmd) {
		return text(cmd.OutOrStdout())
	}
	encoder := json.NewEncoder(cmd.OutOrStdout())
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
