package anki

import "strings"

// object is a JSON object; encoding/json writes its keys in order, so that the bytes are always the same.
type object map[string]any

// conf is what a collection of version 11 says about the program. Anki takes none of it from a package, but old versions
// refuse to open one without.
func conf(deck, kind int64) object {
	return object{
		"nextPos": 1, "estTimes": true, "activeDecks": []int64{deck}, "sortType": "noteFld", "timeLim": 0,
		"sortBackwards": false, "addToCur": true, "curDeck": deck, "newSpread": 0, "dueCounts": true,
		"curModel": kind, "collapseTime": 1200,
	}
}

func deckObject(id int64, name string, at int64) object {
	none := []int{0, 0}
	return object{
		"id": id, "name": name, "mod": at, "usn": -1, "desc": "", "dyn": 0, "conf": 1, "collapsed": false,
		"browserCollapsed": false, "extendNew": 0, "extendRev": 0,
		"newToday": none, "revToday": none, "lrnToday": none, "timeToday": none,
	}
}

// deckOptions are Anki's own defaults.
func deckOptions(at int64) object {
	return object{
		"id": 1, "name": "Default", "mod": at, "usn": 0, "maxTaken": 60, "autoplay": true, "timer": 0, "replayq": true,
		"new":   object{"bury": false, "delays": []int{1, 10}, "initialFactor": 2500, "ints": []int{1, 4, 7}, "order": 1, "perDay": 20},
		"rev":   object{"bury": false, "ease4": 1.3, "ivlFct": 1, "maxIvl": 36500, "perDay": 200, "hardFactor": 1.2},
		"lapse": object{"delays": []int{10}, "leechAction": 1, "leechFails": 8, "minInt": 1, "mult": 0},
	}
}

// model is the note type with its one card.
func (p Package) model(deck, kind int64) object {
	fields := make([]object, len(p.Fields))
	for i, name := range p.Fields {
		fields[i] = object{"name": name, "ord": i, "sticky": false, "rtl": false, "font": "Arial", "size": 20, "media": []string{}}
	}
	return object{
		"id": kind, "name": p.Type, "type": 0, "mod": p.At.Unix(), "usn": -1, "sortf": 0, "did": deck, "vers": []int{}, "tags": []string{},
		"css": p.CSS, "latexPre": latexPre, "latexPost": `\end{document}`, "flds": fields, "req": []any{[]any{0, "any", []int{0}}},
		"tmpls": []object{{"name": "Card 1", "ord": 0, "qfmt": p.Front, "afmt": p.Back, "bqfmt": "", "bafmt": "", "did": nil}},
	}
}

const latexPre = "\\documentclass[12pt]{article}\n\\special{papersize=3in,5in}\n\\usepackage[utf8]{inputenc}\n" +
	"\\usepackage{amssymb,amsmath}\n\\pagestyle{empty}\n\\setlength{\\parindent}{0in}\n\\begin{document}\n"

// joinTags writes tags as the database has them: with a space around each. A tag holds none itself.
func joinTags(tags []string) string {
	if len(tags) == 0 {
		return ""
	}
	return " " + strings.Join(tags, " ") + " "
}

// joinFields writes fields as the database has them, with the separator that no field may hold.
func joinFields(fields []Field) string {
	values := make([]string, len(fields))
	for i, f := range fields {
		values[i] = strings.ReplaceAll(f.Value, "\x1f", "")
	}
	return strings.Join(values, "\x1f")
}
