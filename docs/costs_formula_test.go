package docs

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"strconv"
)

// variables are the values of names in a formula.
type variables func(name string) (float64, error)

// evaluate returns the value of a formula: numbers, names, + - * /, parentheses, and ceil, min and max. It has the
// syntax of a Go expression, so that Go's parser reads it.
func evaluate(formula string, vars variables) (float64, error) {
	expression, err := parser.ParseExpr(formula)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", formula, err)
	}
	return evaluateNode(expression, vars)
}

func evaluateNode(node ast.Expr, vars variables) (float64, error) {
	switch node := node.(type) {
	case *ast.BasicLit:
		return strconv.ParseFloat(node.Value, 64)
	case *ast.Ident:
		return vars(node.Name)
	case *ast.ParenExpr:
		return evaluateNode(node.X, vars)
	case *ast.BinaryExpr:
		return evaluateBinary(node, vars)
	case *ast.CallExpr:
		return evaluateCall(node, vars)
	default:
		return 0, fmt.Errorf("%T is not part of a formula", node)
	}
}

var operators = map[token.Token]func(x, y float64) float64{
	token.ADD: func(x, y float64) float64 { return x + y },
	token.SUB: func(x, y float64) float64 { return x - y },
	token.MUL: func(x, y float64) float64 { return x * y },
	token.QUO: func(x, y float64) float64 { return x / y },
}

func evaluateBinary(node *ast.BinaryExpr, vars variables) (float64, error) {
	x, err := evaluateNode(node.X, vars)
	if err != nil {
		return 0, err
	}
	y, err := evaluateNode(node.Y, vars)
	if err != nil {
		return 0, err
	}
	operator, ok := operators[node.Op]
	if !ok {
		return 0, fmt.Errorf("%s is not part of a formula", node.Op)
	}
	return operator(x, y), nil
}

func evaluateCall(node *ast.CallExpr, vars variables) (float64, error) {
	var values []float64
	for _, argument := range node.Args {
		value, err := evaluateNode(argument, vars)
		if err != nil {
			return 0, err
		}
		values = append(values, value)
	}
	name := fmt.Sprint(node.Fun)
	switch {
	case name == "ceil" && len(values) == 1:
		return math.Ceil(values[0]), nil
	case name == "min" && len(values) == 2:
		return min(values[0], values[1]), nil
	case name == "max" && len(values) == 2:
		return max(values[0], values[1]), nil
	default:
		return 0, fmt.Errorf("%s of %d values is not part of a formula", name, len(values))
	}
}

// formatFigure returns a figure with three significant digits, and without decimals from 100 on.
func formatFigure(value float64) string {
	if value == 0 || math.Abs(value) >= 100 {
		return strconv.FormatFloat(math.Round(value), 'f', 0, 64)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(value, 'e', 2, 64), 64)
	if err != nil {
		return err.Error()
	}
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
