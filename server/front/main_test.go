package front

import (
	"flag"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Set("test.parallel", "16") // these tests wait for timeouts
	os.Exit(m.Run())
}
