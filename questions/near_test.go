package questions

import (
	"fmt"
	"testing"
	"testing/fstest"
	"time"
)

func TestNearDuplicates(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want bool
	}{
		{"What is the difference between TCP and UDP?", "How do TCP and UDP differ?", true},
		{"What is a process and what is a thread?", "Explain threads and processes.", true},
		{"Explain how a mutex works.", "How does a mutex work?", true},
		{"What's dependency injection?", "What is dependency injection", true},
		{"What is dependency injection?", "Can you explain dependency injection?", true},
		{"How does the TCP three-way handshake work?", "How does a TCP three way handshake work in detail?", true},
		{"When would you use a materialised view?", "When would you use a materialized view?", true},
		{"프로세스와 스레드의 차이는 무엇인가요?", "프로세스와 스레드는 어떻게 다른가요?", true},
		{"교착 상태란 무엇인가요?", "교착 상태에 대해 설명해 주세요.", true},
		{"TCP와 UDP를 비교해 주세요.", "TCP와 UDP의 차이점은?", true},

		{"What is a mutex?", "What is a semaphore?", false},
		{"What is a mutex?", "When would you use a mutex?", false},
		{"What is a mutex?", "How does a mutex work?", false},
		{"What is a left join?", "What is a right join?", false},
		{"Explain optimistic locking.", "Explain pessimistic locking.", false},
		{"What is new in HTTP/2?", "What is new in HTTP/3?", false},
		{"What is IPv4?", "What is IPv6?", false},
		{"What does GET do?", "What does SET do?", false},
		{"What is an index?", "What is a clustered index?", false},
		{"What is the Internet?", "What is an interface?", false},
		{"What is a server?", "What is serverless?", false},
		{"What is Java?", "What is JavaScript?", false},
		{"What is this?", "How is it?", false}, // nothing to tell by
		{"인증이란 무엇인가요?", "인가란 무엇인가요?", false},
		{"인증이란 무엇인가요?", "인증서란 무엇인가요?", false},
		{"TCP의 특징을 설명해 주세요.", "UDP의 특징을 설명해 주세요.", false},
		{"스레드란 무엇인가요?", "스레드 풀이란 무엇인가요?", false},
		{"JWT란 무엇인가요?", "What is a JWT?", false}, // two languages
	}
	for _, test := range tests {
		files := fstest.MapFS{
			"a.md": &fstest.MapFile{Data: []byte("## " + test.a + "\n\nOne.\n")},
			"b.md": &fstest.MapFile{Data: []byte("## " + test.b + "\n\nTwo.\n")},
		}
		for name, lang := range map[string]string{"a.md": test.a, "b.md": test.b} {
			if hangulLetters(lang) > 0 {
				files[name].Data = append([]byte("---\nlang: ko\n---\n"), files[name].Data...)
			} else {
				files[name].Data = append([]byte("---\nlang: en\n---\n"), files[name].Data...)
			}
		}
		n, err := Load(Source{FS: files, Root: "."})
		if err != nil {
			t.Fatal(err)
		}
		got := false
		for _, w := range n.Warnings {
			got = got || w.Code == NearDuplicate && w.File == "b.md" && w.Line == 4 && w.Other == "a.md:4" && w.Prompt != ""
		}
		if got != test.want {
			t.Errorf("%q and %q: near duplicates %v, want %v (warnings %v)", test.a, test.b, got, test.want, n.Warnings)
		}
	}
}

// Within one file an author sees both.
func TestNearDuplicatesOfOneFile(t *testing.T) {
	t.Parallel()
	n, _ := load(t, "## What is the difference between TCP and UDP?\nx\n\n## How do TCP and UDP differ?\ny\n")
	if len(n.Warnings) != 0 {
		t.Errorf("warnings %v", n.Warnings)
	}
}

// Questions that differ in one word of a template are no near duplicates, and ten thousand take about as long each as a
// tenth of them do.
func BenchmarkNearDuplicates(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var qs []Question
			for i := range n {
				qs = append(qs, Question{Texts: []Text{{Lang: English, File: fmt.Sprint(i % 100), Prompt: fmt.Sprintf("What is thing %d of group %d, and why does it matter?", i, i%500)}}})
			}
			start := time.Now()
			for b.Loop() {
				if found := nearDuplicates(qs); len(found) > 0 {
					b.Fatal(found[0])
				}
			}
			b.ReportMetric(float64(time.Since(start).Microseconds())/float64(b.N)/float64(n), "µs/question")
		})
	}
}
