package bot

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"
)

func TestParseSpecWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"daily 09:00", "0 9 * * *"},
		{"Daily 9:00", "0 9 * * *"},
		{"every day at 9am", "0 9 * * *"},
		{"everyday 9 AM", "0 9 * * *"},
		{"09:00", "0 9 * * *"}, // no day named: every day
		{"noon", "0 12 * * *"},
		{"weekdays 09:00", "0 9 * * 1-5"},
		{"every weekday at 09:00", "0 9 * * 1-5"},
		{"9am on weekdays", "0 9 * * 1-5"}, // days last
		{"weekends 10:30", "30 10 * * 0,6"},
		{"mon,wed,fri 09:00", "0 9 * * 1,3,5"},
		{"Mon, Wed and Fri at 09:00", "0 9 * * 1,3,5"},
		{"mon wed fri 09:00", "0 9 * * 1,3,5"},
		{"monday 9:30 pm", "30 21 * * 1"},
		{"on mondays at 9:30p.m.", "30 21 * * 1"},
		{"mon-fri 09:00", "0 9 * * 1-5"},
		{"mon - fri 09:00", "0 9 * * 1-5"},
		{"monday to friday 09:00", "0 9 * * 1-5"},
		{"mon–fri 09:00", "0 9 * * 1-5"}, // typographic dash
		{"fri-mon 09:00", "0 9 * * 0,1,5,6"},
		{"sun-thu 09:00", "0 9 * * 0-4"},
		{"mon-sun 09:00", "0 9 * * *"},
		{"weekdays,sat 09:00", "0 9 * * 1-6"},
		{"weekdays and weekends 09:00", "0 9 * * *"},
		{"weekdays 09:00, 14:00", "0 9,14 * * 1-5"},
		{"weekdays 14:00 and 09:00", "0 9,14 * * 1-5"},
		{"weekdays 9am, 2pm", "0 9,14 * * 1-5"},
		{"weekdays 9am, noon", "0 9,12 * * 1-5"},
		{"weekdays 9am, 14:00", "0 9,14 * * 1-5"}, // 14 needs no half of the day
		{"daily 09:00, 09:00", "0 9 * * *"},
		{"daily midnight", "0 0 * * *"},
		{"daily 12am", "0 0 * * *"},
		{"daily 12pm", "0 12 * * *"},
		{"daily 12:30 am", "30 0 * * *"},
		{"daily 0:05", "5 0 * * *"},
		{"daily 23:59", "59 23 * * *"},
		{"daily pm 9", "0 21 * * *"}, // the half of the day first, as Koreans say it
		{"weekdays09:00", "0 9 * * 1-5"},
		{"매일 09:00", "0 9 * * *"},
		{"매일 정오", "0 12 * * *"},
		{"매일 자정", "0 0 * * *"},
		{"평일 오전 9시", "0 9 * * 1-5"},
		{"평일 09:00", "0 9 * * 1-5"},
		{"평일9시", "0 9 * * 1-5"},
		{"주말 10시 30분", "30 10 * * 0,6"},
		{"월수금 9시", "0 9 * * 1,3,5"},
		{"월, 수, 금 09:00", "0 9 * * 1,3,5"},
		{"월,수,금 09:00", "0 9 * * 1,3,5"},
		{"월·수·금 9시", "0 9 * * 1,3,5"},
		{"월~금 09:00", "0 9 * * 1-5"},
		{"월～금 09：00", "0 9 * * 1-5"}, // full-width tilde and colon
		{"월요일부터 금요일까지 오전 9시에", "0 9 * * 1-5"},
		{"토일 10시", "0 10 * * 0,6"},
		{"매주 월요일 오후 2시 반", "30 14 * * 1"},
		{"매주 월요일마다 오후 2시 30분", "30 14 * * 1"},
		{"평일 9시, 14시", "0 9,14 * * 1-5"},
		{"평일 9시 14시", "0 9,14 * * 1-5"},
		{"평일 오전 9시, 오후 2시", "0 9,14 * * 1-5"},
		{"평일 오전 9시 오후 2시", "0 9,14 * * 1-5"},
		{"평일 오전 9시, 정오, 14시", "0 9,12,14 * * 1-5"},
		{"매일 오전 12시", "0 0 * * *"},
		{"매일 오전 0시", "0 0 * * *"}, // how midnight is often written
		{"매일 오후 12시 10분", "10 12 * * *"},
		{norm.NFD.String("평일 오전 9시"), "0 9 * * 1-5"}, // decomposed, as some keyboards send it
	} {
		s, err := parseSpec(c.text)
		if err != nil || s.text != c.want {
			t.Errorf("parseSpec(%q) = %q, %v, want %q", c.text, s.text, err, c.want)
		}
	}
}

func TestParseSpecWordsRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		code specCode
		part string
	}{
		{"whenever", specWords, "whenever"},
		{"month 09:00", specWords, "month"}, // begins like "mon"
		{"매월 1일 9시", specWords, "매월"},
		{"weekdays", specTime, ""},
		{"weekdays at nine", specWords, "nine"},
		{"weekdays 9", specTime, "9"}, // nine in the morning or in the evening
		{"daily 24:00", specTime, "24:00"},
		{"매일 24시", specTime, "24시"},
		{"매일 25시", specTime, "25시"},
		{"daily 9:75", specTime, "9:75"},
		{"매일 9시 75분", specTime, "9시 75분"},
		{"daily 9:5", specTime, "9:5"},
		{"daily 009:00", specTime, "009:00"},
		{"daily 09:00:00", specWords, ":00"},
		{"daily 09:0014:00", specTime, "09:0014:00"},
		{"daily 13pm", specTime, "13pm"},
		{"daily 0pm", specTime, "0pm"},
		{"매일 오후 14시", specTime, "오후 14시"},
		{"daily 09:00, 14:30", specMixed, "daily 09:00, 14:30"},
		{"daily 09:00, 25:00", specTime, "25:00"},
		{"평일 오후 2시, 4시", specTime, "4시"},                // four at night or in the afternoon
		{"weekdays 2:00, 4:00 pm", specTime, "4:00 pm"}, // the same doubt the other way round
		{"weekdays 9:00 please", specWords, "please"},
		{"mon-weekend 09:00", specWords, "09:00"}, // a range between what is no single day
		{"mon- 09:00", specWords, "09:00"},
		{"2026-03-08 09:00", specTime, "2026-03-08"}, // a date is no schedule
		{"9월 1일 9시", specTime, "9"},                  // a month
		{"daily 09:00 mon 10:00", specWords, "mon"},
	} {
		_, err := parseSpec(c.text)
		if code, part := refusal(t, err); code != c.code || part != c.part {
			t.Errorf("parseSpec(%q) refused with %q %q, want %q %q", c.text, code, part, c.code, c.part)
		}
	}
}

func TestSpecPattern(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, english, korean string }{
		{"0 9 * * *", "daily 09:00", "매일 09:00"},
		{"0 9 * * 0-6", "daily 09:00", "매일 09:00"},
		{"0 9,14 * * 1-5", "weekdays 09:00, 14:00", "평일 09:00, 14:00"},
		{"5 0 * * 6,7", "weekends 00:05", "주말 00:05"},
		{"0 9 * * 0,3", "sun,wed 09:00", "일,수 09:00"},
		{"0 8-13 * * *", "daily 08:00, 09:00, 10:00, 11:00, 12:00, 13:00", "매일 08:00, 09:00, 10:00, 11:00, 12:00, 13:00"},
	} {
		p, ok := mustSpec(t, c.text).pattern()
		if !ok || englishPattern(p) != c.english || koreanPattern(p) != c.korean {
			t.Errorf("pattern of %q = %q, %q, %v", c.text, englishPattern(p), koreanPattern(p), ok)
		}
	}
	for _, text := range []string{
		"@hourly",      // more times than one reads
		"0 9 1 * *",    // days of the month
		"0 9 1 * 1",    // either day field
		"0 9 * 1-6 *",  // months
		"0 9 */2 * 1",  // a step of days is no star
		"0 8-14 * * *", // seven times
	} {
		if p, ok := mustSpec(t, text).pattern(); ok {
			t.Errorf("%q has pattern %v", text, p)
		}
	}
}

// englishPattern and koreanPattern write a pattern as people would, to prove that words can be read back.
func englishPattern(p specPattern) string {
	return patternWords(p, "daily", "weekdays", "weekends", []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"})
}

func koreanPattern(p specPattern) string {
	return patternWords(p, "매일", "평일", "주말", []string{"일", "월", "화", "수", "목", "금", "토"})
}

func patternWords(p specPattern, daily, weekdays, weekends string, names []string) string {
	days := map[daySet]string{everyDay: daily, workDays: weekdays, weekend: weekends}[p.days]
	if days == "" {
		var named []string
		for day, name := range names {
			if p.days.has(time.Weekday(day)) {
				named = append(named, name)
			}
		}
		days = strings.Join(named, ",")
	}
	var times []string
	for _, t := range p.times {
		times = append(times, t.String())
	}
	return days + " " + strings.Join(times, ", ")
}

func samePattern(s spec, p specPattern) bool {
	got, ok := s.pattern()
	return ok && got.days == p.days && slices.Equal(got.times, p.times)
}
