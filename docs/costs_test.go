package docs

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the computed figures into docs/costs.md")

const costsPage = "docs/costs.md"

// costs are the inputs and the formulas of docs/costs.md.
type costs struct {
	// inputs are the values by name and cloud.
	inputs map[string]map[string]float64
	// formulas by name.
	formulas map[string]string
	// used are the names that a formula has asked for.
	used map[string]bool
}

// costClouds are the columns of the inputs. An input with one value for both has the column "value".
var costClouds = []string{"GKE", "EKS"}

// column is what the heading of a result says: "EKS, 30 services" or "GKE, 440 MB".
type column struct {
	cloud string
	// values replace inputs of the same name.
	values map[string]float64
}

var (
	columnValue = regexp.MustCompile(`^([\d.]+) (services|MB)$`)
	namedCell   = regexp.MustCompile("^`(\\w+)`")
	codeCell    = regexp.MustCompile("^`([^`]+)`$")
)

func parseColumn(heading string) (column, error) {
	c := column{values: map[string]float64{}}
	for part := range strings.SplitSeq(heading, ", ") {
		if slices.Contains(costClouds, part) {
			c.cloud = part
			continue
		}
		match := columnValue.FindStringSubmatch(part)
		if match == nil {
			return c, fmt.Errorf("heading %q: must be a cloud, and N services or N MB", heading)
		}
		value, err := strconv.ParseFloat(match[1], 64)
		if err != nil {
			return c, err
		}
		c.values[map[string]string{"services": "services", "MB": "megabytes"}[match[2]]] = value
	}
	if c.cloud == "" {
		return c, fmt.Errorf("heading %q: names no cloud", heading)
	}
	return c, nil
}

// value returns an input or the result of a formula for a column.
func (c *costs) value(name string, in column, depth int) (float64, error) {
	c.used[name] = true
	if value, ok := in.values[name]; ok {
		return value, nil
	}
	if values, ok := c.inputs[name]; ok {
		return values[in.cloud], nil
	}
	formula, ok := c.formulas[name]
	if !ok || depth > len(c.formulas) {
		return 0, fmt.Errorf("%s: no input and no formula, or one that needs itself", name)
	}
	return evaluate(formula, func(name string) (float64, error) { return c.value(name, in, depth+1) })
}

// tableRow is a row of a table by the headings of its columns.
type tableRow struct {
	line     int
	headings []string
	cells    []string
}

func (r tableRow) cell(heading string) string {
	if i := slices.Index(r.headings, heading); i >= 0 && i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// tableRows returns the rows of all tables of a page, headings excluded.
func tableRows(lines []string) []tableRow {
	var rows []tableRow
	var headings []string
	for i, line := range lines {
		if !strings.HasPrefix(line, "|") {
			headings = nil
			continue
		}
		var cells []string
		for cell := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		switch {
		case headings == nil:
			headings = cells
		case !strings.HasPrefix(cells[0], "---"):
			rows = append(rows, tableRow{i, headings, cells})
		}
	}
	return rows
}

// parse reads the inputs and the formulas of a page.
func (c *costs) parse(rows []tableRow) error {
	var errs []error
	for _, row := range rows {
		match := namedCell.FindStringSubmatch(row.cells[0])
		switch formula := codeCell.FindStringSubmatch(row.cell("formula")); {
		case row.headings[0] != "input" && !slices.Contains(row.headings, "formula"):
		case match == nil:
			errs = append(errs, fmt.Errorf("row %q: has no name", row.cells[0]))
		case c.inputs[match[1]] != nil || c.formulas[match[1]] != "":
			errs = append(errs, fmt.Errorf("%s: defined twice", match[1]))
		case formula != nil:
			c.formulas[match[1]] = formula[1]
		default:
			c.inputs[match[1]] = map[string]float64{}
			for _, cloud := range costClouds {
				value, err := strconv.ParseFloat(row.cell(cloud)+row.cell("value"), 64)
				errs = append(errs, err)
				c.inputs[match[1]][cloud] = value
			}
			errs = append(errs, checkSource(match[1], row.cell("source")))
		}
	}
	return errors.Join(errs...)
}

// checkSource checks that the source of an input is a link with a date, a page of this repository, or says what it is.
func checkSource(name, source string) error {
	for _, accepted := range []string{"not verified", "assumption", ".md)", ".md#", ".yaml)"} {
		if strings.Contains(source, accepted) {
			return nil
		}
	}
	if !strings.Contains(source, "](https://") || !regexp.MustCompile(`20\d\d-\d\d`).MatchString(source) {
		return fmt.Errorf("input %s: the source %q has no link and date, and does not say that it is an assumption or not verified",
			name, source)
	}
	return nil
}

// recompute returns a page with the figures that its inputs and formulas result in, and the number of figures.
func recompute(text string) (result string, figures int, err error) {
	lines := strings.Split(text, "\n")
	rows := tableRows(lines)
	c := &costs{inputs: map[string]map[string]float64{}, formulas: map[string]string{}, used: map[string]bool{}}
	if err := c.parse(rows); err != nil {
		return "", 0, err
	}
	for _, row := range rows {
		first := slices.Index(row.headings, "formula") + 1
		if first == 0 {
			continue
		}
		cells := slices.Clone(row.cells[:first])
		for _, heading := range row.headings[first:] {
			in, err := parseColumn(heading)
			if err != nil {
				return "", 0, err
			}
			value, err := c.value(namedCell.FindStringSubmatch(row.cells[0])[1], in, 0)
			if err != nil {
				return "", 0, err
			}
			cells = append(cells, formatFigure(value))
			figures++
		}
		lines[row.line] = "| " + strings.Join(cells, " | ") + " |"
	}
	for name := range c.inputs {
		if !c.used[name] {
			return "", 0, fmt.Errorf("input %s: no formula needs it", name)
		}
	}
	return strings.Join(lines, "\n"), figures, nil
}

// Every figure of the tables of docs/costs.md is the result of its formula, so that a changed price is carried through.
func TestCosts(t *testing.T) {
	text := read(t, costsPage)
	computed, figures, err := recompute(text)
	require.NoError(t, err)
	require.Greater(t, figures, 100)
	if *update {
		require.NoError(t, os.WriteFile("costs.md", []byte(computed), 0o644))
		return
	}
	require.Equal(t, computed, text, "write the figures: go test ./docs -run TestCosts -update")
}

// A quotation in the source of an input is in the page that it names.
func TestCosts_quotedSourcesExist(t *testing.T) {
	quotation := regexp.MustCompile(`\]\(([\w./-]+)\): "([^"]+)"`)
	matches := quotation.FindAllStringSubmatch(read(t, costsPage), -1)
	require.NotEmpty(t, matches)
	for _, match := range matches {
		file := "docs/" + match[1]
		if above, ok := strings.CutPrefix(match[1], "../"); ok {
			file = above
		}
		require.Contains(t, read(t, file), match[2], "%s has changed: change the input, then go test ./docs -run TestCosts -update", file)
	}
}

func TestCosts_detectsChange(t *testing.T) {
	const page = "| input | GKE | EKS | source |\n|---|---|---|---|\n| `price` | 2 | 3 | assumption |\n\n" +
		"| input | value | source |\n|---|---|---|\n| `services` | 3 | assumption |\n| `megabytes` | 4 | assumption |\n\n" +
		"| figure | unit | formula | GKE, 30 services | EKS, 8 MB |\n|---|---|---|---|---|\n" +
		"| `cost` of all | $ | `price * services` | 60 | 9 |\n| `sum` | $ | `cost + ceil(megabytes / 3)` | 62 | 12 |\n"
	computed, figures, err := recompute(page)
	require.NoError(t, err)
	require.Equal(t, 4, figures)
	require.Equal(t, page, computed)
	for name, test := range map[string]struct{ from, to, want string }{
		"price":            {"| 2 | 3 |", "| 2.5 | 3 |", "| `cost` of all | $ | `price * services` | 75 | 9 |"},
		"formula":          {"megabytes / 3", "megabytes / 9", "| 61 | 10 |"},
		"figure":           {"| 60 |", "| 61 |", "| 60 |"},
		"number of things": {"30 services", "31 services", "| 64 | 12 |"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(page, test.from, test.to, 1)
			require.NotEqual(t, page, changed)
			computed, _, err := recompute(changed)
			require.NoError(t, err)
			require.NotEqual(t, changed, computed)
			require.Contains(t, computed, test.want)
		})
	}
	for name, test := range map[string]struct{ from, to, want string }{
		"unknown name":  {"price * services", "prize * services", "prize: no input and no formula"},
		"circle":        {"price * services", "sum * services", "or one that needs itself"},
		"no source":     {"| 2 | 3 | assumption |", "| 2 | 3 | |", "input price: the source"},
		"source":        {"| 2 | 3 | assumption |", "| 2 | 3 | [p](https://example.com) |", "no link and date"},
		"unused input":  {"price * services", "2 * services", "input price: no formula needs it"},
		"defined twice": {"`megabytes` | 4", "`services` | 4", "services: defined twice"},
		"no number":     {"| 2 | 3 |", "| two | 3 |", "invalid syntax"},
		"heading":       {"GKE, 30 services", "AKS, 30 services", "must be a cloud"},
		"no cloud":      {"EKS, 8 MB", "8 MB", "names no cloud"},
		"operator":      {"price * services", "price % services", "% is not part of a formula"},
		"function":      {"ceil(", "floor(", "floor of 1 values is not part of a formula"},
	} {
		t.Run(name, func(t *testing.T) {
			changed := strings.Replace(page, test.from, test.to, 1)
			require.NotEqual(t, page, changed)
			_, _, err := recompute(changed)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestFormatFigure(t *testing.T) {
	for value, want := range map[float64]string{
		0: "0", 0.000002468: "0.00000247", 1: "1", 12.345: "12.3", 99.96: "100", 123.5: "124", 98765.4: "98765",
	} {
		require.Equal(t, want, formatFigure(value))
	}
}
