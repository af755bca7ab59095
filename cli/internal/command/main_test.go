package command

import (
	"testing"

	"github.com/modelferry/modelferry/cli/internal/uploadtest"
)

func TestMain(m *testing.M) { uploadtest.Main(m) }
