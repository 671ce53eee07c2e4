// Only for its file of CustomResourceDefinitions; nothing is built of it.
module meshspan.test/tools/flagger

go 1.25.0

require github.com/fluxcd/flagger v1.36.1
