// Package conformance holds the program to its contract with public tools that know nothing of this project: Schemathesis,
// Prism, Spectral and oasdiff. Its tests start the program as it ships, run the tools, and plant faults to show that each of
// them bites. exclusions.md lists all that the tools are not asked, with the reasons.
package conformance
