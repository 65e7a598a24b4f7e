module testzinc

go 1.26

require github.com/zincsearch/zincsearch v0.4.10
