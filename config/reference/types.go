package reference

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
)

// structTypes are the struct types of a package by name.
type structTypes map[string][]structField

// structField is a field as the source declares it.
type structField struct {
	name    string
	typ     string // without * and []: Service, time.Duration
	isList  bool   // []T
	isMap   bool   // map[string]T
	tag     reflect.StructTag
	comment string // on one line
}

// parseTypes parses the struct types of the Go files in a directory, except tests.
func parseTypes(dir string) (structTypes, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	types := structTypes{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		ast.Inspect(source, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if structType, ok := spec.Type.(*ast.StructType); ok {
					types[spec.Name.Name] = parseFields(structType)
				}
			}
			return true
		})
	}
	if len(types) == 0 {
		return nil, fmt.Errorf("no struct type in %s: must be the directory of package config", dir)
	}
	return types, nil
}

func parseFields(s *ast.StructType) []structField {
	var fields []structField
	for _, declaration := range s.Fields.List {
		for _, name := range declaration.Names {
			f := structField{name: name.Name, comment: strings.Join(strings.Fields(declaration.Doc.Text()), " ")}
			if declaration.Tag != nil {
				f.tag = reflect.StructTag(strings.Trim(declaration.Tag.Value, "`"))
			}
			f.setType(declaration.Type)
			fields = append(fields, f)
		}
	}
	return fields
}

func (f *structField) setType(expr ast.Expr) {
	switch t := expr.(type) {
	case *ast.StarExpr:
		f.setType(t.X)
	case *ast.ArrayType:
		f.isList = true
		f.setType(t.Elt)
	case *ast.MapType:
		f.isMap = true
		f.setType(t.Value)
	case *ast.SelectorExpr:
		f.typ = fmt.Sprintf("%v.%s", t.X, t.Sel.Name)
	case *ast.Ident:
		f.typ = t.Name
	}
}
