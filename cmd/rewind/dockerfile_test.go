package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestDockerfileBuild holds that .ci/run builds with the Dockerfile's own line, and that the line is the release's.
func TestDockerfileBuild(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("there is no bash to run .ci/run with")
	}
	out, err := exec.Command("bash", "../../.ci/run", "build-line").Output()
	if err != nil {
		t.Fatal(err)
	}
	line := strings.TrimSpace(string(out))
	docker, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(docker), "\nRUN "+line+"\n") {
		t.Errorf("the Dockerfile does not build with %q", line)
	}
	for _, want := range []string{"CGO_ENABLED=0 go build ", " -trimpath ", "-X main.version=", " ./cmd/rewind"} {
		if !strings.Contains(line+" ", want) {
			t.Errorf("%q lacks %q", line, want)
		}
	}
	ci, err := os.ReadFile("../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(ci), "go build -trimpath") {
		t.Error(".ci/run has a build line of its own")
	}
}
