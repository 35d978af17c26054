package questions

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTerms(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{"", ""},
		{"Deadlocks and locking", "deadlock lock"},
		{"What is the difference between TCP and UDP?", "tcp udp"},
		{"교착 상태란?", "교착 상태 태란"},
		{"프로세스와", "프로 로세 세스 스와"},
		{"락", "락"},
		{"뮤텍스(mutex)", "뮤텍 텍스 mutex"},
		{"C++ C# C", "c++ c# c"},
		{"normalisation normalization behaviour behavior catalogue catalog", "normal normal behavior behavior catalog catalog"},
		{"HTTP/2, IPv6", "http 2 ipv6"},
		{"ＴＣＰ ｶﾀｶﾅ", "tcp カタ タカ カナ"}, // wide and narrow forms are the same
		{"Über naïve", "über naïve"},
		{"!?—·", ""},
		{"e\u0301tat", "état"},
		{"가\u1161", "가\u1161"}, // half a syllable more
	}
	for _, test := range tests {
		got := strings.Join(slices.Collect(terms(test.text)), " ")
		if got != test.want {
			t.Errorf("%q: %q, want %q", test.text, got, test.want)
		}
	}
}

func FuzzSearch(f *testing.F) {
	for _, s := range []string{"deadlock", "교착", "락", "C++", "\xff\xfe", "ﷺﷺﷺ", "e\u0301", strings.Repeat("가", 300), "what is"} {
		f.Add(s)
	}
	x := NewIndex(slices.Values(manyQuestions(200)))
	f.Fuzz(func(t *testing.T, query string) {
		hits := x.Search(query, 5)
		if len(hits) > 5 || !slices.IsSortedFunc(hits, func(a, b Hit) int { return int(b.Score - a.Score) }) {
			t.Errorf("%q: %v", query, hits)
		}
		for _, h := range hits {
			if h.ID == "" || !(h.Score > 0) {
				t.Errorf("%q: %v", query, hits)
			}
		}
	})
}

// What is asked for comes before what merely mentions it, and what has all of the query before what has a part of it.
func TestSearchRanks(t *testing.T) {
	t.Parallel()
	q := func(id, prompt, answer string, topics ...string) Question {
		return Question{ID: id, Texts: []Text{{Lang: Korean, Prompt: prompt, Answer: answer, Topics: topics}}}
	}
	x := NewIndex(slices.Values([]Question{
		q("mentions", "운영체제의 역할은?", "교착 상태를 막는 것도 운영체제의 일이다. 스케줄링도 한다.", "운영체제"),
		q("asks", "교착 상태(deadlock)가 생기는 조건은?", "상호 배제, 점유와 대기, 비선점, 순환 대기.", "운영체제"),
		q("index", "인덱스는 왜 빠른가요?", "B+ 트리로 찾는다. 트랜잭션과는 다르다.", "데이터베이스"),
		q("transaction", "트랜잭션 격리 수준을 설명하세요.", "READ COMMITTED 등이 있다.", "데이터베이스"),
	}))
	for query, want := range map[string]string{
		"교착상태":        "asks mentions", // written as one word
		"교착":          "asks mentions",
		"착":           "asks mentions", // part of a word
		"deadlocks":   "asks",
		"트랜잭션":        "transaction index",
		"격리 수준":       "transaction",
		"운영체제 교착":     "mentions asks",
		"운영체제는":       "mentions asks", // with a particle
		"B+ tree":     "index",
		"데이터베이스":      "index transaction",
		"nothing":     "",
		"":            "",
		"read commit": "transaction",
	} {
		var got []string
		for _, h := range x.Search(query, 10) {
			got = append(got, h.ID)
		}
		slices.Sort(got)
		sorted := strings.Fields(want)
		slices.Sort(sorted)
		if !slices.Equal(got, sorted) {
			t.Errorf("%q finds %q, want %q", query, got, sorted)
		}
		if hits := x.Search(query, 1); want != "" && query != "데이터베이스" && hits[0].ID != strings.Fields(want)[0] {
			t.Errorf("%q: first is %q, want %q", query, hits[0].ID, want)
		}
	}
}

// manyQuestions are made of the words of the starter bank, with its lengths.
func manyQuestions(n int) []Question {
	rnd := rand.New(rand.NewPCG(1, 2))
	notes, err := Starter()
	if err != nil {
		panic(err) // the starter is part of the program
	}
	var words [2][]string
	lang := map[Lang]int{Korean: 0, English: 1}
	for _, q := range notes.Questions {
		for _, t := range q.Texts {
			words[lang[t.Lang]] = append(words[lang[t.Lang]], strings.Fields(t.Prompt+" "+t.Answer)...)
		}
	}
	text := func(from []string, n int) string {
		s := make([]string, n)
		for i := range s {
			s[i] = from[rnd.IntN(len(from))]
		}
		return strings.Join(s, " ")
	}
	qs := make([]Question, n)
	for i := range qs {
		lang, from := Korean, words[0]
		if i%2 == 1 {
			lang, from = English, words[1]
		}
		qs[i] = Question{ID: fmt.Sprintf("q-%05d", i), Texts: []Text{{Lang: lang, Prompt: text(from, 8), Answer: text(from, 110)}}}
	}
	return qs
}

// BenchmarkSearch searches 10,000 questions for what people type, beside a plain scan of the same text in lower case for
// the same words, in turn. Goal: the 99th percentile at most twice the scan's.
func BenchmarkSearch(b *testing.B) {
	qs := manyQuestions(10_000)
	before := heapInUse()
	x := NewIndex(slices.Values(qs))
	size := heapInUse() - before
	lower := make([]string, len(qs))
	for i, q := range qs {
		lower[i] = strings.ToLower(q.Texts[0].Prompt + "\n" + q.Texts[0].Answer)
	}
	queries := []string{"deadlock", "교착 상태", "트랜잭션 격리 수준", "difference between TCP and UDP", "index", "락", "how does a hash map work", "인덱스"}
	var ours, scan []time.Duration
	for i := 0; b.Loop(); i++ {
		query := queries[i%len(queries)]
		start := time.Now()
		x.Search(query, 10)
		ours = append(ours, time.Since(start))
		start = time.Now()
		found := 0
		for _, text := range lower {
			for word := range strings.FieldsSeq(strings.ToLower(query)) {
				found += strings.Count(text, word)
			}
		}
		scan = append(scan, time.Since(start))
	}
	p99 := func(d []time.Duration) float64 {
		slices.Sort(d)
		return d[len(d)*99/100].Seconds()
	}
	o, s := p99(ours), p99(scan)
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(o/s, "x-scan")
	b.ReportMetric(o*1e6, "us-p99")
	b.ReportMetric(s*1e6, "us-scan-p99")
	b.ReportMetric(float64(size)/(1<<20), "MB-index")
	runtime.KeepAlive(x)
}

// heapInUse is how many bytes are in use.
func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestLabelledQueries searches the starter bank for what people type: at least 45 of the 50 find the question that was
// meant among the first three. Run it with -v for the result of each.
func TestLabelledQueries(t *testing.T) {
	t.Parallel()
	n := loadStarter(t)
	x := NewIndex(slices.Values(n.Questions))
	ids := map[string]bool{}
	for _, q := range n.Questions {
		ids[q.ID] = true
	}
	file, err := os.ReadFile("testdata/queries.txt")
	if err != nil {
		t.Fatal(err)
	}
	found, total, korean := 0, 0, 0
	for line := range strings.Lines(string(file)) {
		query, want, ok := strings.Cut(strings.TrimSpace(line), "\t")
		if !ok || strings.HasPrefix(line, "#") {
			continue
		}
		if total++; hangulLetters(query) > 0 || total <= 25 {
			korean++
		}
		if !ids[want] {
			t.Errorf("there is no question %s", want)
		}
		place := 0
		for i, h := range x.Search(query, 3) {
			if h.ID == want {
				place = i + 1
			}
		}
		if place > 0 {
			found++
		}
		t.Logf("%-32s %-28s place %d", query, want, place)
	}
	t.Logf("%d of %d queries have the right question among the first three", found, total)
	if total != 50 || korean != 25 || found < 45 {
		t.Errorf("%d of %d found, %d Korean", found, total, korean)
	}
}
