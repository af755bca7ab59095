// Package dashboard reads the dashboards of Grafana that the folder monitoring has.
package dashboard

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Dashboard is the part of a dashboard that says what its panels show.
// https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/
type Dashboard struct {
	Title         string  `json:"title"`
	UID           string  `json:"uid"`
	SchemaVersion int     `json:"schemaVersion"`
	Panels        []Panel `json:"panels"`
	Templating    struct {
		List []Variable `json:"list"`
	} `json:"templating"`
}

// Variable is one that the reader of a dashboard chooses.
type Variable struct {
	Name string `json:"name"`
	Type string `json:"type"`
	// Definition is the query of the values, such as label_values(up, job). It is empty for a data source.
	Definition string `json:"definition"`
}

// Panel is one picture of a dashboard.
type Panel struct {
	ID          int          `json:"id"`
	Type        string       `json:"type"`
	Title       string       `json:"title"`
	Description string       `json:"description"`
	GridPos     GridPos      `json:"gridPos"`
	Targets     []Target     `json:"targets"`
	FieldConfig FieldConfig  `json:"fieldConfig"`
	Transforms  []Transform  `json:"transformations"`
	DataSource  DataSourceID `json:"datasource"`
}

// DataSourceID selects the data source.
type DataSourceID struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// Columns is the width of a dashboard, in the unit of GridPos.
const Columns = 24

// GridPos is the position and size of a panel.
type GridPos struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Target is one query.
type Target struct {
	RefID        string       `json:"refId"`
	Expr         string       `json:"expr"`
	LegendFormat string       `json:"legendFormat"`
	Range        bool         `json:"range"`
	Instant      bool         `json:"instant"`
	Format       string       `json:"format"`
	DataSource   DataSourceID `json:"datasource"`
}

// FieldConfig says how values are shown.
type FieldConfig struct {
	Defaults struct {
		Unit     string   `json:"unit"`
		Decimals *int     `json:"decimals"`
		Min      *float64 `json:"min"`
		Custom   struct {
			Stacking struct {
				Mode string `json:"mode"`
			} `json:"stacking"`
		} `json:"custom"`
		Thresholds struct {
			// Steps are sorted. The first one has no value.
			Steps []Step `json:"steps"`
		} `json:"thresholds"`
	} `json:"defaults"`
}

// Step is the color from a value on.
type Step struct {
	Color string   `json:"color"`
	Value *float64 `json:"value"`
}

// Transform is a change of a table. Only organize is known.
type Transform struct {
	ID      string `json:"id"`
	Options struct {
		Exclude map[string]bool   `json:"excludeByName"`
		Index   map[string]int    `json:"indexByName"`
		Rename  map[string]string `json:"renameByName"`
	} `json:"options"`
}

// Read reads a dashboard.
func Read(file string) (Dashboard, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return Dashboard{}, err
	}
	var d Dashboard
	if err := json.NewDecoder(bytes.NewReader(content)).Decode(&d); err != nil {
		return Dashboard{}, fmt.Errorf("%s: %w", file, err)
	}
	return d, nil
}

// Expand replaces the variables in a query: $name by its value.
func Expand(query string, variables map[string]string) string {
	for name, value := range variables {
		query = strings.ReplaceAll(query, "$"+name, value)
	}
	return query
}
