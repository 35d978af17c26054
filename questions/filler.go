package questions

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// fillers are the words that questions are asked in, whatever they are about. Korean ones are beginnings of words, since
// endings follow.
var fillers = map[Lang][]string{
	English: strings.Fields(`a an the and or of to in on for with from by at as is are was be does do did can could would should will
		what which who how it its this that these those there between you your me we us i explain describe compare define discuss
		tell give name list mean means meaning difference differences differ different versus vs s re briefly please about each other another one`),
	Korean: strings.Fields(`무엇 뭐 어떤 어떻 어떠 설명 주세 해주 하세 하시 해보 보세 대해 대하 관해 말해 말씀 알려 비교 차이 다른 다르 다릅 달라 서로 각각
		있나 있습 합니 입니 그리 및 와 과 은 는 이 가 을 를 의 에 에서 로 으로 란 이란`),
}

// fillerFeatures are the features of words that say nothing of a subject, in order.
var fillerFeatures = sync.OnceValue(func() []feature {
	var fs []feature
	for _, lang := range []Lang{English, Korean} {
		for _, w := range fillers[lang] {
			fs = append(fs, featureOf('w', w))
			for _, p := range pieces(w) {
				fs = append(fs, featureOf('p', p))
			}
		}
	}
	for _, pair := range [][2]string{{"what", "is"}, {"what", "are"}, {"is", "the"}, {"is", "a"}, {"the", "difference"},
		{"difference", "between"}, {"how", "does"}, {"how", "do"}, {"and", "what"}, {"무엇인가요", "설명해"}, {"설명해", "주세요"}} {
		fs = append(fs, featureOf('n', pair[0], pair[1]))
	}
	slices.Sort(fs)
	return slices.Compact(fs)
})

// fillerWords are all of them, to be looked up.
var fillerWords = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, list := range fillers {
		for _, w := range list {
			all[w] = true
		}
	}
	return all
})

// isFiller says whether a word of a prompt says nothing of its subject.
func isFiller(w string) bool {
	if fillerWords()[w] {
		return true
	}
	return isSyllabic(w) && slices.ContainsFunc(fillers[Korean], func(f string) bool {
		return utf8.RuneCountInString(f) > 1 && strings.HasPrefix(w, f)
	})
}
