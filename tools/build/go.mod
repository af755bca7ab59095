module github.com/modelferry/modelferry/tools/build

go 1.26
