package storetest

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"installstatus/api/query"
	"installstatus/api/status"
)

// filterable maps each property that generated filters and orders use to values that generated patches set.
func filterable() map[string][]query.Value {
	states := []query.Value{{}, query.TextValue("installed"), query.TextValue("failed"), query.TextValue("unknown")}
	values := map[string][]query.Value{
		query.ID:                      {query.TextValue("id"), query.TextValue("ID"), query.TextValue("i'd"), {}},
		"lastSyncDateTime":            {query.TextValue(everything(1).To.LastSyncDateTime.Instant()), query.TextValue(status.NeverSynced.Instant()), {}},
		"mobileAppInstallStatusValue": states,
		"installState":                states,
		"installStateDetail":          {{}, query.TextValue(string(everything(1).To.InstallStateDetail)), query.TextValue("none")},
		"errorCode":                   {{}, query.NumberValue(0), query.NumberValue(int64(everything(1).To.ErrorCode)), query.NumberValue(-2147483648)},
	}
	for _, name := range texts() {
		values[name] = []query.Value{{}, query.TextValue(string(name) + " 1"), query.TextValue(string(name) + " 2"), query.TextValue("")}
	}
	values["userPrincipalName"] = append(values["userPrincipalName"], query.TextValue(names[0]))
	return values
}

// userFilterable does the same for user statuses.
func userFilterable() map[string][]query.Value {
	counts := []query.Value{{}, query.NumberValue(0), query.NumberValue(1), query.NumberValue(2)}
	rows := filterable()
	return map[string][]query.Value{
		query.ID:                  {query.TextValue("user"), query.TextValue("User"), {}},
		"userName":                rows["userName"],
		"userPrincipalName":       rows["userPrincipalName"],
		"installedDeviceCount":    counts,
		"failedDeviceCount":       counts,
		"notInstalledDeviceCount": counts,
	}
}

func anyOf(properties map[string][]query.Value) *rapid.Generator[string] {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(properties)))
}

// orders generates orders by up to two different properties, in either direction, often including the id.
func orders(by map[string][]query.Value) *rapid.Generator[[]query.Order] {
	order := rapid.Custom(func(t *rapid.T) query.Order {
		return query.Order{Property: anyOf(by).Draw(t, "property"), Descending: rapid.Bool().Draw(t, "descending")}
	})
	byID := rapid.Map(rapid.Bool(), func(descending bool) query.Order {
		return query.Order{Property: query.ID, Descending: descending}
	})
	return rapid.SliceOfNDistinct(rapid.OneOf(order, order, byID), 0, 2, func(o query.Order) string { return o.Property })
}

var cases = rapid.SampledFrom([]query.Case{"", query.Lower, query.Upper})

// filters generates filters of every kind, nested up to the given depth.
func filters(by map[string][]query.Value, depth int) *rapid.Generator[query.Filter] {
	return rapid.Custom(func(t *rapid.T) query.Filter {
		kinds := []string{"comparison", "comparison", "in", "match"}
		if depth > 0 {
			kinds = append(kinds, "and", "or", "not", "not", "is")
		}
		property := anyOf(by).Draw(t, "property")
		value := rapid.SampledFrom(by[property])
		inner := func(name string) query.Filter { return filters(by, depth-1).Draw(t, name) }
		letters := query.Case("")
		if property == query.ID || slices.Contains(texts(), property) {
			letters = cases.Draw(t, "case")
			value = rapid.Map(value, func(v query.Value) query.Value {
				v.Text = letters.Of(v.Text)
				return v
			})
		}
		switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
		case "comparison":
			operator := rapid.SampledFrom([]query.Operator{query.Equal, query.NotEqual, query.Greater, query.GreaterOrEqual, query.Less, query.LessOrEqual}).Draw(t, "operator")
			return query.Comparison{Property: property, Case: letters, Operator: operator, Value: value.Draw(t, "value")}
		case "in":
			return query.In{Property: property, Case: letters, Values: rapid.SliceOfN(value, 1, 3).Draw(t, "values")}
		case "match":
			function := rapid.SampledFrom([]query.Function{query.StartsWith, query.EndsWith, query.Contains}).Draw(t, "function")
			piece := rapid.SampledFrom([]string{"", "u", "user", "USER", " 1", "e 2", "Name", "name", "NAME", "nothing", "%", "_"}).Draw(t, "text")
			return query.Match{Function: function, Property: "userName", Case: cases.Draw(t, "case of the name"), Text: piece}
		case "is":
			return query.Is{Of: inner("of"), Value: rapid.Bool().Draw(t, "true")}
		case "and":
			return query.And{Left: inner("left"), Right: inner("right")}
		case "or":
			return query.Or{Left: inner("left"), Right: inner("right")}
		case "not":
			return query.Not{Of: inner("operand")}
		default:
			panic(fmt.Sprint("unknown kind of filter: ", kind))
		}
	})
}
