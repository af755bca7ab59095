module github.com/modelferry/modelferry/tools/github

go 1.26
