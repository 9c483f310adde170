package storetest

import (
	"fmt"

	"pgregory.net/rapid"

	"installstatus/api/status"
)

// filterable are the properties that filters and orders are drawn from, with values that the drawn patches set.
func filterable() map[status.Property][]status.Value {
	text := func(name string) []status.Value {
		return []status.Value{{}, status.TextValue(name + " 1"), status.TextValue(name + " 2"), status.TextValue("")}
	}
	states := []status.Value{{}, status.TextValue("installed"), status.TextValue("failed"), status.TextValue("unknown")}
	return map[status.Property][]status.Value{
		status.PropertyID:                          {status.TextValue("id"), status.TextValue("ID"), status.TextValue("i'd"), {}},
		status.PropertyDeviceName:                  text("deviceName"),
		status.PropertyDeviceID:                    text("deviceId"),
		status.PropertyLastSyncDateTime:            {status.TextValue(everything(1).LastSyncDateTime.Value.Instant()), status.TextValue(status.NeverSynced.Instant()), {}},
		status.PropertyMobileAppInstallStatusValue: states,
		status.PropertyInstallState:                states,
		status.PropertyInstallStateDetail:          {{}, status.TextValue(string(everything(1).InstallStateDetail.Value)), status.TextValue("none")},
		status.PropertyErrorCode:                   {{}, status.NumberValue(0), status.NumberValue(int64(everything(1).ErrorCode.Value)), status.NumberValue(-2147483648)},
		status.PropertyOSVersion:                   text("osVersion"),
		status.PropertyOSDescription:               text("osDescription"),
		status.PropertyUserName:                    text("userName"),
		status.PropertyUserPrincipalName:           append(text("userPrincipalName"), status.TextValue(names[0])),
		status.PropertyDisplayVersion:              text("displayVersion"),
	}
}

func anyProperty() *rapid.Generator[status.Property] {
	return rapid.SampledFrom([]status.Property{
		status.PropertyID, status.PropertyDeviceName, status.PropertyDeviceID, status.PropertyLastSyncDateTime,
		status.PropertyMobileAppInstallStatusValue, status.PropertyInstallState, status.PropertyInstallStateDetail,
		status.PropertyErrorCode, status.PropertyOSVersion, status.PropertyOSDescription, status.PropertyUserName,
		status.PropertyUserPrincipalName, status.PropertyDisplayVersion,
	})
}

// orders are none, one or two different properties, in either direction.
func orders() *rapid.Generator[[]status.Order] {
	order := rapid.Custom(func(t *rapid.T) status.Order {
		return status.Order{Property: anyProperty().Draw(t, "property"), Descending: rapid.Bool().Draw(t, "descending")}
	})
	return rapid.SliceOfNDistinct(order, 0, 2, func(o status.Order) status.Property { return o.Property })
}

// filters are of every kind, nested to the given depth.
func filters(depth int) *rapid.Generator[status.Filter] {
	return rapid.Custom(func(t *rapid.T) status.Filter {
		kinds := []string{"comparison", "comparison", "in", "startswith", "contains"}
		if depth > 0 {
			kinds = append(kinds, "and", "or", "not", "not")
		}
		property := anyProperty().Draw(t, "property")
		value := rapid.SampledFrom(filterable()[property])
		inner := func(name string) status.Filter { return filters(depth-1).Draw(t, name) }
		piece := rapid.SampledFrom([]string{"", "d", "device", " 1", "Name", "nothing"})
		switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
		case "comparison":
			operator := rapid.SampledFrom([]status.Operator{status.Equal, status.NotEqual, status.Greater, status.GreaterOrEqual, status.Less, status.LessOrEqual}).Draw(t, "operator")
			return status.Comparison{Property: property, Operator: operator, Value: value.Draw(t, "value")}
		case "in":
			return status.In{Property: property, Values: rapid.SliceOfN(value, 1, 3).Draw(t, "values")}
		case "startswith":
			return status.StartsWith{Property: status.PropertyDeviceName, Text: piece.Draw(t, "text")}
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
