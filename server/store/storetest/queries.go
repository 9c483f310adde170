package storetest

import (
	"fmt"
	"maps"
	"slices"

	"pgregory.net/rapid"

	"installstatus/api/status"
)

// filterable are the properties that filters and orders are drawn from, with values that the drawn patches set.
func filterable() map[status.Property][]status.Value {
	states := []status.Value{{}, status.TextValue("installed"), status.TextValue("failed"), status.TextValue("unknown")}
	values := map[status.Property][]status.Value{
		status.PropertyID:                          {status.TextValue("id"), status.TextValue("ID"), status.TextValue("i'd"), {}},
		status.PropertyLastSyncDateTime:            {status.TextValue(everything(1).LastSyncDateTime.Value.Instant()), status.TextValue(status.NeverSynced.Instant()), {}},
		status.PropertyMobileAppInstallStatusValue: states,
		status.PropertyInstallState:                states,
		status.PropertyInstallStateDetail:          {{}, status.TextValue(string(everything(1).InstallStateDetail.Value)), status.TextValue("none")},
		status.PropertyErrorCode:                   {{}, status.NumberValue(0), status.NumberValue(int64(everything(1).ErrorCode.Value)), status.NumberValue(-2147483648)},
	}
	for _, name := range texts() {
		values[name] = []status.Value{{}, status.TextValue(string(name) + " 1"), status.TextValue(string(name) + " 2"), status.TextValue("")}
	}
	values[status.PropertyUserPrincipalName] = append(values[status.PropertyUserPrincipalName], status.TextValue(names[0]))
	return values
}

// userFilterable are the same for user statuses, with values that the users of the laws have.
func userFilterable() map[status.Property][]status.Value {
	counts := []status.Value{{}, status.NumberValue(0), status.NumberValue(1), status.NumberValue(2)}
	of := filterable()
	return map[status.Property][]status.Value{
		status.PropertyID:                      {status.TextValue("user"), status.TextValue("User"), {}},
		status.PropertyUserName:                of[status.PropertyUserName],
		status.PropertyUserPrincipalName:       of[status.PropertyUserPrincipalName],
		status.PropertyInstalledDeviceCount:    counts,
		status.PropertyFailedDeviceCount:       counts,
		status.PropertyNotInstalledDeviceCount: counts,
	}
}

func anyOf(properties map[status.Property][]status.Value) *rapid.Generator[status.Property] {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(properties)))
}

// orders are none, one or two different properties, in either direction; the id is often one of them.
func orders(by map[status.Property][]status.Value) *rapid.Generator[[]status.Order] {
	order := rapid.Custom(func(t *rapid.T) status.Order {
		return status.Order{Property: anyOf(by).Draw(t, "property"), Descending: rapid.Bool().Draw(t, "descending")}
	})
	byID := rapid.Map(rapid.Bool(), func(descending bool) status.Order {
		return status.Order{Property: status.PropertyID, Descending: descending}
	})
	return rapid.SliceOfNDistinct(rapid.OneOf(order, order, byID), 0, 2, func(o status.Order) status.Property { return o.Property })
}

// filters are of every kind, nested to the given depth.
func filters(by map[status.Property][]status.Value, depth int) *rapid.Generator[status.Filter] {
	return rapid.Custom(func(t *rapid.T) status.Filter {
		kinds := []string{"comparison", "comparison", "in", "startswith", "contains"}
		if depth > 0 {
			kinds = append(kinds, "and", "or", "not", "not")
		}
		property := anyOf(by).Draw(t, "property")
		value := rapid.SampledFrom(by[property])
		inner := func(name string) status.Filter { return filters(by, depth-1).Draw(t, name) }
		piece := rapid.SampledFrom([]string{"", "u", "user", " 1", "Name", "nothing"})
		switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
		case "comparison":
			operator := rapid.SampledFrom([]status.Operator{status.Equal, status.NotEqual, status.Greater, status.GreaterOrEqual, status.Less, status.LessOrEqual}).Draw(t, "operator")
			return status.Comparison{Property: property, Operator: operator, Value: value.Draw(t, "value")}
		case "in":
			return status.In{Property: property, Values: rapid.SliceOfN(value, 1, 3).Draw(t, "values")}
		case "startswith":
			return status.StartsWith{Property: status.PropertyUserName, Text: piece.Draw(t, "text")}
		case "contains":
			return status.Contains{Property: status.PropertyUserName, Text: piece.Draw(t, "text")}
		case "and":
			return status.And{Left: inner("left"), Right: inner("right")}
		case "or":
			return status.Or{Left: inner("left"), Right: inner("right")}
		case "not":
			return status.Not{Of: inner("of")}
		default:
			panic(fmt.Sprint("no such filter: ", kind))
		}
	})
}
