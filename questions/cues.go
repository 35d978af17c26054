package questions

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wording is how one language asks and labels. All of it is lower case, and endings are without closing marks.
type wording struct {
	// endings close a question or request that may lack its mark.
	endings []string
	// wonders open a question, requests a request. A sentence that a full stop closes can be a request only.
	wonders, requests []string
	// statements close a sentence that says something and so asks nothing.
	statements []string
	// question and answer are labels before a question and an answer, source before a link for further reading.
	question, answer, source []string
	// parts are headings of parts that many answers have, and so not of cards.
	parts []string
	// asides are headings whose text holds no questions.
	asides []string
	// empty are words that stand where an answer should.
	empty []string
}

// wordings is read only. A language is added by adding a row.
var wordings = []wording{
	{ // Korean
		endings: []string{"는가", "은가", "인가", "한가", "던가", "나요", "까요", "가요", "습니까", "입니까", "일까", "할까", "될까", "을까",
			"무엇", "이란", "는지", "인지", "한지", "주세요", "주십시오", "보세요", "보시오", "하시오", "하십시오", "쓰시오", "해라", "해보라",
			"설명하라", "비교하라", "서술하라", "설명하세요", "말하세요", "비교하세요", "서술하세요", "논하라", "설명", "말해봐", "설명해봐"},
		statements: []string{"니다", "한다", "된다", "있다", "없다", "이다", "하다", "했다", "었다", "는다", "않다", "있음", "없음", "않음",
			"했음", "됨", "이에요", "예요", "해요", "어요", "아요", "필요함", "의미함", "사용함", "해야함"},
		question: []string{"질문", "문제", "예상 질문", "예상질문", "꼬리 질문", "꼬리질문", "문"},
		answer:   []string{"답변", "정답", "모범 답안", "모범답안", "답"},
		source:   []string{"출처"},
		parts: []string{"정의", "개념", "특징", "장점", "단점", "장단점", "예시", "예제", "종류", "구조", "원리", "동작 방식", "동작 원리", "요약",
			"정리", "차이점", "배경", "목적", "주의", "주의사항", "꼬리질문", "꼬리 질문"},
		asides: []string{"목차", "참고", "참고자료", "참고 자료", "참고문헌", "출처", "라이선스", "기여", "기여하기", "사용법", "사용 방법"},
		empty:  []string{"참고", "링크", "참고자료", "참고 자료", "미작성", "작성 예정", "작성예정", "추후 작성"},
	},
	{ // English
		wonders: []string{"what is", "what are", "what does", "what do", "what's", "what would", "what happens", "how does", "how do",
			"how can", "how would", "how is", "how are", "how to", "why is", "why are", "why do", "why does", "why should", "when should",
			"when would", "when do", "when is", "which ", "who ", "where does", "where is", "is there", "can you", "could you", "do you",
			"have you", "difference between", "differences between", "the difference between"},
		requests: []string{"explain ", "describe ", "compare ", "define ", "discuss ", "distinguish ", "contrast ", "outline ", "tell me ",
			"tell us ", "name the ", "name some ", "name two ", "name three ", "list the ", "list some ", "list all ", "give an example",
			"give examples", "give some ", "walk me through", "walk us through"},
		question: []string{"question", "q"},
		answer:   []string{"answer", "ans", "a", "solution"},
		source:   []string{"source"},
		parts: []string{"definition", "overview", "summary", "pros", "cons", "pros and cons", "advantages", "disadvantages", "example",
			"examples", "code", "explanation", "notes", "note", "follow-up", "follow-ups", "use cases", "when to use", "key points"},
		asides: []string{"table of contents", "contents", "toc", "license", "licence", "contributing", "contributors", "how to use", "usage",
			"references", "further reading", "resources", "credits", "acknowledgements", "study tips", "index"},
		empty: []string{"todo", "tbd", "wip", "link", "reference", "references", "see", "write here", "top", "back", "home", "coming soon"},
	},
	{ // German
		wonders:  []string{"was ist", "was sind", "wie ", "warum ", "welche ", "welcher ", "welches ", "wozu ", "wann "},
		requests: []string{"nennen sie", "erklären sie", "beschreiben sie", "geben sie", "erläutern sie", "vergleichen sie"},
		question: []string{"frage"},
		answer:   []string{"antwort"},
		source:   []string{"quelle"},
		asides:   []string{"inhalt", "inhaltsverzeichnis", "quellen"},
	},
	{ // Japanese
		endings:  []string{"ですか", "ますか", "でしょうか", "説明してください", "述べよ", "とは", "説明せよ"},
		question: []string{"質問", "問題", "問"},
		answer:   []string{"答え", "回答", "解答"},
		source:   []string{"出典"},
		asides:   []string{"目次", "参考", "参考文献"},
	},
	{ // Chinese
		endings:  []string{"是什么", "吗", "的区别", "有哪些", "怎么办", "为什么", "怎么实现", "如何实现"},
		wonders:  []string{"什么是", "为什么", "如何", "怎么", "怎样"},
		requests: []string{"说说", "谈谈", "简述", "介绍一下", "解释一下", "请解释", "请说明"},
		question: []string{"问题", "问", "题目"},
		answer:   []string{"答", "答案", "解答"},
		source:   []string{"来源", "出处"},
		asides:   []string{"目录", "参考", "参考资料"},
	},
}

// anyWording says whether holds is true for a word of the list that pick takes from some language.
func anyWording(pick func(wording) []string, holds func(string) bool) bool {
	for _, w := range wordings {
		for _, s := range pick(w) {
			if holds(s) {
				return true
			}
		}
	}
	return false
}

// asks says whether s reads like a question or a request, by its label, its mark, its ending or its opening.
func asks(s string) bool {
	s, _ = withoutLinks(s)
	s = strings.ToLower(unwrap(trimDecoration(strings.TrimRight(s, " \t,->=→"))))
	rest, labelled := cutQuestionLabel(s)
	s = unwrap(trimDecoration(cutNumber(trimDecoration(rest))))
	if !hasWord(s) || labelled {
		return labelled
	}
	s = cutRemark(s)
	closed := strings.TrimRightFunc(s, isClosing)
	if strings.HasSuffix(closed, "?") || strings.HasSuffix(closed, "？") {
		return true
	}
	if r, _ := utf8.DecodeLastRuneInString(closed); strings.ContainsRune(":,;：，、", r) {
		return false
	}
	bare := strings.TrimRightFunc(closed, func(r rune) bool { return strings.ContainsRune(".!。！~… ", r) || isClosing(r) })
	if anyWording(func(w wording) []string { return w.endings }, func(e string) bool { return strings.HasSuffix(bare, e) }) {
		return true
	}
	begins := func(o string) bool { return strings.HasPrefix(s, o) }
	if anyWording(func(w wording) []string { return w.requests }, begins) {
		return true
	}
	return bare == closed && anyWording(func(w wording) []string { return w.wonders }, begins)
}

// cutRemark takes a short remark in brackets off the end of s: how hard a question is, or how often it was asked.
func cutRemark(s string) string {
	for _, pair := range []string{"()", "（）", "[]"} {
		open, size := utf8.DecodeRuneInString(pair)
		if !strings.HasSuffix(s, pair[size:]) {
			continue
		}
		at := strings.LastIndex(s, string(open))
		if rest := strings.TrimSpace(s[:max(at, 0)]); rest != "" && utf8.RuneCountInString(s[at:]) <= maxRemark {
			return rest
		}
	}
	return s
}

// maxRemark is in runes, with the brackets.
const maxRemark = 12

// states says whether s ends like a sentence that asks nothing.
func states(s string) bool {
	s = strings.TrimRightFunc(strings.TrimSpace(s), isClosing)
	bare := strings.TrimRight(s, ".!。！~ ")
	if bare != s {
		return true
	}
	return anyWording(func(w wording) []string { return w.statements }, func(e string) bool { return strings.HasSuffix(bare, e) })
}

// isClosing says whether r may stand after the mark that ends a sentence.
func isClosing(r rune) bool {
	return strings.ContainsRune(")]}>\"'*_`”’」』）】", r) || unicode.IsSpace(r)
}

// isAside says whether a heading of this text has no questions below it.
func isAside(text string) bool {
	return isOneOf(text, func(w wording) []string { return w.asides })
}

// isPart says whether a heading of this text is one of those that answers are made of.
func isPart(text string) bool {
	return isOneOf(text, func(w wording) []string { return w.parts })
}

func isOneOf(text string, pick func(wording) []string) bool {
	s := strings.ToLower(strings.Trim(cutNumber(trimDecoration(text)), " :*_"))
	return anyWording(pick, func(word string) bool { return s == word })
}
