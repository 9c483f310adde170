package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"installstatus/server/transfer"
)

// printNotes prints what an import leaves out, and what it takes from an unusual place.
func printNotes(to io.Writer, plan *transfer.Plan) {
	if len(plan.Ignored) > 0 {
		fmt.Fprintf(to, "note: ignored columns: %s\n", ignoredNames(plan))
	}
	for _, code := range slices.Sorted(maps.Keys(plan.UnknownDetails)) {
		fmt.Fprintf(to, "note: install state detail %s is not defined in the API and is left out: %s\n", code, numberOf(plan.UnknownDetails[code], "row"))
	}
	if plan.MoreDetails > 0 {
		fmt.Fprintf(to, "note: other install state details are not defined in the API and are left out: %s\n", numberOf(plan.MoreDetails, "row"))
	}
	for _, column := range slices.Sorted(maps.Keys(plan.Translated)) {
		fmt.Fprintf(to, "note: the state is read from the English texts in %s, since there is no code: %s\n", column, numberOf(plan.Translated[column], "row"))
	}
	for _, report := range plan.Incomplete {
		of := ""
		if report.App != "" {
			of = " of the app " + transfer.OneLine(report.App)
		}
		fmt.Fprintf(to, "note: the report%s has %s, the files %d: get the other pages (with top and skip) and import them too\n", of, numberOf(report.Total, "row"), report.Rows)
	}
	if plan.NextLinks > 0 {
		fmt.Fprintln(to, "note: each list ends with an @odata.nextLink, so pages are missing: get them and import them too")
	}
}

// ignoredNames lists names, with the number of rows unless all have them.
func ignoredNames(plan *transfer.Plan) string {
	var names []string
	for _, ignored := range plan.Ignored {
		if ignored.Rows < plan.Rows {
			names = append(names, fmt.Sprintf("%s (%s)", ignored.Name, numberOf(ignored.Rows, "row")))
		} else {
			names = append(names, ignored.Name)
		}
	}
	list := strings.Join(names, ", ")
	if plan.MoreIgnored > 0 {
		list += fmt.Sprintf(" and %d more", plan.MoreIgnored)
	}
	return list
}
