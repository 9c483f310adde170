// Package conformance checks the program against its contract with independent public tools: Schemathesis, Prism, Spectral and
// oasdiff. Its tests start the program as it ships, run the tools, and plant faults to show that each tool finds them.
// exclusions.md lists every excluded check and the reason.
package conformance
