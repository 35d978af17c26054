package questions

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// testCard is a question as an author keeps it, in one language, before it is written to a note. key names it over all edits.
type testCard struct {
	key            string
	file           int
	prompt, answer string
	lang           Lang
}

// notesOfCards writes the cards into files in their order, and says where each card begins.
func notesOfCards(cards []testCard) (notes fstest.MapFS, keys map[string]string) {
	text, lines := map[string]*strings.Builder{}, map[string]int{}
	keys = map[string]string{}
	for _, c := range cards {
		name := fmt.Sprintf("%s-%02d.md", c.lang, c.file)
		if text[name] == nil {
			text[name] = &strings.Builder{}
			lines[name] = 1
		}
		keys[fmt.Sprintf("%s:%d", name, lines[name])] = c.key
		block := "## " + c.prompt + "\n\n" + c.answer + "\n\n"
		lines[name] += strings.Count(block, "\n")
		text[name].WriteString(block)
	}
	notes = fstest.MapFS{}
	for name, b := range text {
		notes[name] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return notes, keys
}

// loadCards reads the cards as an import does, and names each question by its card.
func loadCards(t testing.TB, cards []testCard) (qs []Question, keys []string) {
	t.Helper()
	notes, at := notesOfCards(cards)
	n, err := Load(Source{FS: notes, Root: "."})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range n.Questions {
		keys = append(keys, at[fmt.Sprintf("%s:%d", q.Texts[0].File, q.Texts[0].Line)])
	}
	if len(n.Questions) != len(cards) || slices.Contains(keys, "") {
		for i, key := range keys {
			if key == "" {
				t.Logf("%q is no card", n.Questions[i].Texts[0].Prompt)
			}
		}
		t.Fatalf("%d cards were read as %d questions", len(cards), len(n.Questions))
	}
	return n.Questions, keys
}

// starterCards are the starter bank's cards in each of its languages, without their marks.
func starterCards(t testing.TB) (cards []testCard) {
	n, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range n.Questions {
		for _, text := range q.Texts {
			prompt := strings.Join(strings.Fields(text.Prompt), " ")
			if text.Term {
				prompt = map[Lang]string{English: "Explain " + prompt + ".", Korean: prompt + "에 대해 설명해 주세요."}[text.Lang]
			}
			if strings.Contains(text.Prompt+text.Answer, "```") || asksWithin(text.Answer) {
				continue // a fence that an edit cuts would swallow other cards, and a list of questions would be some
			}
			cards = append(cards, testCard{fmt.Sprint(q.ID, "/", text.Lang), i / 6, prompt, text.Answer, text.Lang})
		}
	}
	return cards
}

func asksWithin(answer string) bool {
	for l := range strings.Lines(answer) {
		if asks(strings.TrimLeft(strings.TrimSpace(l), "-* ")) {
			return true
		}
	}
	return false
}

// The variants ask every aspect of every subject, so that there are many questions that differ in one word only.
var (
	subjects = map[Lang][]string{
		English: strings.Split("a mutex,a semaphore,a connection pool,a message queue,a load balancer,a reverse proxy,a hash index,a B-tree index,"+
			"a bloom filter,a write-ahead log,a primary key,a foreign key,a materialised view,a transaction,optimistic locking,pessimistic locking,"+
			"two-phase commit,eventual consistency,a circuit breaker,a rate limiter,exponential backoff,an idempotency key,a feature flag,"+
			"blue-green deployment,a canary release,a container image,a service mesh,an init process,a system call,virtual memory,a page fault,"+
			"copy-on-write,a file descriptor,a zombie process,a deadlock,a race condition,garbage collection,reference counting,a closure,"+
			"a coroutine,an event loop,a generator,a decorator,dependency injection,a session cookie,a refresh token,cross-site scripting,"+
			"SQL injection,a content delivery network,DNS caching,TLS termination,HTTP keep-alive,a WebSocket,server-sent events,a cache stampede", ","),
		Korean: strings.Split("뮤텍스,세마포어,커넥션 풀,메시지 큐,로드 밸런서,리버스 프록시,해시 인덱스,B-트리 인덱스,블룸 필터,선행 기록 로그,기본 키,외래 키,"+
			"구체화된 뷰,트랜잭션,낙관적 락,비관적 락,2단계 커밋,최종 일관성,서킷 브레이커,처리율 제한,지수 백오프,멱등 키,기능 플래그,블루-그린 배포,"+
			"카나리 배포,컨테이너 이미지,서비스 메시,시스템 콜,가상 메모리,페이지 폴트,쓰기 시 복사,파일 디스크립터,좀비 프로세스,교착 상태,경쟁 상태,"+
			"가비지 컬렉션,참조 카운팅,클로저,코루틴,이벤트 루프,제너레이터,데코레이터,의존성 주입,세션 쿠키,리프레시 토큰,교차 사이트 스크립팅,"+
			"SQL 인젝션,콘텐츠 전송망,DNS 캐시,TLS 종료,HTTP 지속 연결,웹소켓,서버 전송 이벤트,캐시 쇄도", ","),
	}
	aspects = map[Lang][]string{
		English: {"What is %s, and which problem does it solve?", "How does %s work inside?", "When would you rather avoid %s?",
			"How would you test a program that relies on %s?", "What goes wrong first with %s under heavy load?", "How do you monitor %s in production?",
			"Which alternatives to %s do you know?", "What does %s cost in memory and time?"},
		Korean: {"%s란 무엇이고 어떤 문제를 해결하나요?", "%s의 내부 동작 방식을 설명해 주세요.", "%s 사용을 피해야 할 때는 언제인가요?",
			"%s에 의존하는 프로그램은 어떻게 테스트하나요?", "부하가 커지면 %s에서 무엇이 먼저 문제가 되나요?", "운영 환경에서 %s 상태를 어떻게 관찰하나요?",
			"%s 대신 쓸 수 있는 것에는 무엇이 있나요?", "%s에 드는 메모리와 시간 비용은 얼마나 되나요?"},
	}
	// Answers are sentences of these words, put together by chance: who does what to what, and when.
	answerWords = map[Lang][4][]string{
		English: {
			strings.Fields("scheduler client kernel worker replica planner caller runtime operator node driver reader broker proxy parser linker allocator collector leader follower gateway resolver compiler watcher"),
			strings.Fields("keeps rejects copies announces splits compares orders retries counts locks forgets merges flushes encrypts caches signs truncates batches replays shards evicts polls throttles validates"),
			strings.Fields("rows requests buffers entries sockets pages leases checksums batches writes keys versions frames tokens handles segments snapshots offsets headers certificates counters tombstones pointers permits"),
			strings.Fields("early late twice asynchronously lazily eagerly atomically remotely locally hourly silently cheaply safely concurrently periodically optimistically manually implicitly incrementally recursively partially eventually strictly randomly"),
		},
		Korean: {
			strings.Fields("스케줄러는 클라이언트는 커널은 워커는 복제본은 계획기는 호출자는 런타임은 운영자는 노드는 드라이버는 독자는 브로커는 프록시는 파서는 링커는 할당기는 수집기는 리더는 팔로워는 게이트웨이는 컴파일러는"),
			strings.Fields("먼저 나중에 비동기로 느긋하게 미리 원자적으로 원격에서 로컬에서 매시간 조용히 저렴하게 안전하게 동시에 주기적으로 수동으로 암묵적으로 조금씩 재귀적으로 부분적으로 결국 엄격하게 무작위로"),
			strings.Fields("행을 요청을 버퍼를 항목을 소켓을 페이지를 임대를 검사합을 묶음을 쓰기를 키를 버전을 프레임을 토큰을 핸들을 세그먼트를 스냅숏을 오프셋을 헤더를 인증서를 카운터를 포인터를"),
			strings.Fields("보관한다 거절한다 복사한다 알린다 나눈다 비교한다 정렬한다 재시도한다 센다 잠근다 잊는다 합친다 내보낸다 암호화한다 캐시한다 서명한다 자른다 재생한다 쫓아낸다 조사한다 조절한다 검증한다"),
		},
	}
)

func sentence(r *rand.Rand, lang Lang) string {
	var words []string
	for _, part := range answerWords[lang] {
		words = append(words, part[r.IntN(len(part))])
	}
	return strings.Join(words, " ") + "."
}

func sentences(r *rand.Rand, lang Lang, n int) string {
	s := make([]string, n)
	for i := range s {
		s[i] = sentence(r, lang)
	}
	return strings.Join(s, " ")
}

// variantCards are one question for each aspect of each subject.
func variantCards(r *rand.Rand) (cards []testCard) {
	for _, lang := range []Lang{English, Korean} {
		for i, s := range subjects[lang] {
			for j, a := range aspects[lang] {
				answer := sentences(r, lang, 3+r.IntN(6))
				if r.IntN(10) == 0 {
					answer = sentence(r, lang) // hardly anything to tell it by
				}
				cards = append(cards, testCard{fmt.Sprint(lang, "/", i, "/", j), 20 + i/5, fmt.Sprintf(a, s), answer, lang})
			}
		}
	}
	return cards
}

// editor edits cards as people do.
type editor struct{ *rand.Rand }

// typo changes one letter of the prompt, or drops, doubles or swaps it.
func (e editor) typo(s string) string {
	rs := []rune(s)
	at := 1 + e.IntN(len(rs)-3)
	if rs[at] == ' ' || rs[at+1] == ' ' {
		at--
	}
	switch e.IntN(4) {
	case 0:
		rs[at], rs[at+1] = rs[at+1], rs[at]
	case 1:
		rs = slices.Delete(rs, at, at+1)
	case 2:
		rs = slices.Insert(rs, at, rs[at])
	default:
		rs[at]++
	}
	return string(rs)
}

// reword replaces up to 40 % of the prompt's words, at least one.
func (e editor) reword(s string, lang Lang) string {
	others := map[Lang][]string{
		English: strings.Fields("briefly practical engineers today systems usually explain common reason typical service modern role idea purpose"),
		Korean:  strings.Fields("간단히 실무에서 보통 서비스에서 자세히 이유와 대표적인 역할을 목적을 요즘 흔히 시스템에서 핵심을 예를 들어"),
	}[lang]
	ws := strings.Fields(s)
	for _, i := range e.Perm(len(ws))[:max(1, e.IntN(len(ws)*4/10+1))] {
		ws[i] = others[e.IntN(len(others))]
	}
	ws[len(ws)-1] = strings.TrimRight(ws[len(ws)-1], "?.") + "?"
	return strings.Join(ws, " ")
}

// edits are what can happen to a card that stays, by its share in percent. The rest stays as it is.
var edits = []struct {
	percent int
	name    string
	edit    func(e editor, c testCard) []testCard
}{
	{15, "typo", func(e editor, c testCard) []testCard { c.prompt = e.typo(c.prompt); return []testCard{c} }},
	{5, "typos", func(e editor, c testCard) []testCard { c.prompt = e.typo(e.typo(c.prompt)); return []testCard{c} }},
	{15, "reworded", func(e editor, c testCard) []testCard { c.prompt = e.reword(c.prompt, c.lang); return []testCard{c} }},
	{10, "answer rewritten", func(e editor, c testCard) []testCard { c.answer = sentences(e.Rand, c.lang, 6); return []testCard{c} }},
	{5, "answer longer", func(e editor, c testCard) []testCard {
		c.answer += " " + sentences(e.Rand, c.lang, 3)
		return []testCard{c}
	}},
	{3, "typo, answer rewritten", func(e editor, c testCard) []testCard {
		c.prompt, c.answer = e.typo(c.prompt), sentences(e.Rand, c.lang, 6)
		return []testCard{c}
	}},
	{2, "reworded, answer rewritten", func(e editor, c testCard) []testCard {
		c.prompt, c.answer = e.reword(c.prompt, c.lang), sentences(e.Rand, c.lang, 6)
		return []testCard{c}
	}},
	{5, "split", func(e editor, c testCard) []testCard { // the card with the old prompt continues it
		half := testCard{c.key + "/split", c.file, e.reword(c.prompt, c.lang), c.answer, c.lang}
		if all := strings.SplitAfter(c.answer, ". "); len(all) > 3 {
			c.answer, half.answer = strings.Join(all[:len(all)/2], ""), strings.Join(all[len(all)/2:], "")
		}
		half.prompt = strings.TrimRight(half.prompt, "?") + map[Lang]string{English: " in a second step?", Korean: " 다음 단계는?"}[c.lang]
		return []testCard{c, half}
	}},
	{4, "merged", func(e editor, c testCard) []testCard { // it swallows another card, which is gone
		c.answer += "\n\n" + sentences(e.Rand, c.lang, 4)
		return []testCard{c}
	}},
}

// edit returns the bank as its authors left it: a fifth of the cards gone, as many new ones, the others edited by the
// shares of edits, and a fifth of those moved within their file or to another.
func (e editor) edit(cards, fresh []testCard) (after []testCard, what map[string]string) {
	what = map[string]string{}
	for _, c := range cards {
		if e.IntN(5) == 0 {
			continue
		}
		out, name := []testCard{c}, "as it was"
		n := e.IntN(100)
		for _, kind := range edits {
			if n -= kind.percent; n < 0 {
				out, name = kind.edit(e, c), kind.name
				break
			}
		}
		what[c.key] = name
		after = append(after, out...)
	}
	after = append(after, fresh...)
	for range len(after) / 5 {
		from, to := e.IntN(len(after)), e.IntN(len(after))
		c := after[from]
		if e.IntN(2) == 0 {
			c.file = e.IntN(30)
		}
		after = slices.Insert(slices.Delete(after, from, from+1), to, c)
	}
	return after, what
}
