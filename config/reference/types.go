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

// structs are the struct types of a package by name.
type structs map[string][]field

// field is a struct's field as its source has it.
type field struct {
	name    string
	typ     string // as written, without * and []: Service, time.Duration
	list    bool   // []T
	byName  bool   // map[string]T
	tag     reflect.StructTag
	comment string // on one line
}

// parse reads the struct types of the Go files in a folder, tests left out.
func parse(folder string) (structs, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	all := structs{}
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
				if s, ok := spec.Type.(*ast.StructType); ok {
					all[spec.Name.Name] = fields(s)
				}
			}
			return true
		})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no struct type in %s: name the folder of the config package", folder)
	}
	return all, nil
}

func fields(s *ast.StructType) []field {
	var all []field
	for _, each := range s.Fields.List {
		for _, name := range each.Names {
			f := field{name: name.Name, comment: strings.Join(strings.Fields(each.Doc.Text()), " ")}
			if each.Tag != nil {
				f.tag = reflect.StructTag(strings.Trim(each.Tag.Value, "`"))
			}
			f.setType(each.Type)
			all = append(all, f)
		}
	}
	return all
}

func (f *field) setType(expr ast.Expr) {
	switch t := expr.(type) {
	case *ast.StarExpr:
		f.setType(t.X)
	case *ast.ArrayType:
		f.list = true
		f.setType(t.Elt)
	case *ast.MapType:
		f.byName = true
		f.setType(t.Value)
	case *ast.SelectorExpr:
		f.typ = fmt.Sprintf("%v.%s", t.X, t.Sel.Name)
	case *ast.Ident:
		f.typ = t.Name
	}
}
