package postgres

import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "8") // these tests wait for timeouts, locks and restarts
	os.Exit(m.Run())
}
