module github.com/modelferry/modelferry/tools/gate

go 1.26
