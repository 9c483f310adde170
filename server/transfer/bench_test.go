package transfer

import (
	"fmt"
	"strings"
	"testing"
)

func BenchmarkRead(b *testing.B) {
	var csv, answer, lines strings.Builder
	csv.WriteString("DeviceName,UserPrincipalName,Platform,AppVersion,DeviceId,LastModifiedDateTime,AppInstallState,HexErrorCode\n")
	answer.WriteString(`{"Schema":[{"Column":"DeviceName"},{"Column":"UserPrincipalName"},{"Column":"Platform"},{"Column":"AppVersion"},{"Column":"DeviceId"},{"Column":"LastModifiedDateTime"},{"Column":"AppInstallState"},{"Column":"HexErrorCode"}],"Values":[`)
	for n := range 1000 {
		fmt.Fprintf(&csv, "D-%d,u%d@contoso.example,Windows,4.2,dev-%d,2026-11-23 08:15:00.0000000,1,0x0\n", n, n, n)
		fmt.Fprintf(&answer, "%s[\"D-%d\",\"u%d@contoso.example\",\"Windows\",\"4.2\",\"dev-%d\",\"2026-11-23 08:15:00.0000000\",1,\"0x0\"]", strings.Repeat(",", min(n, 1)), n, n, n)
		fmt.Fprintf(&lines, "{\"DeviceName\":\"D-%d\",\"UserPrincipalName\":\"u%d@contoso.example\",\"Platform\":\"Windows\",\"AppVersion\":\"4.2\",\"DeviceId\":\"dev-%d\",\"LastModifiedDateTime\":\"2026-11-23 08:15:00.0000000\",\"AppInstallState\":1,\"HexErrorCode\":\"0x0\"}\n", n, n, n)
	}
	answer.WriteString("]}")
	for name, text := range map[string]string{"CSV": csv.String(), "answer": answer.String(), "NDJSON": lines.String()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if rows, _, err := all(text, "app"); len(rows) != 1000 || err != nil {
					b.Fatal(len(rows), err)
				}
			}
		})
	}
}
