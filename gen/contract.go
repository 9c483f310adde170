package gen

import _ "embed"

// YAML is openapi.yaml as people read and edit it. What stands here is a copy that make gen takes: go:embed reaches no
// folder above its own.
//
//go:embed openapi.yaml
var YAML []byte
