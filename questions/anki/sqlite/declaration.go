package sqlite

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	// maxSQL is the most bytes of a declaration. Anki's have a few hundred.
	maxSQL = 1 << 20
	// maxColumns is SQLite's own default, see https://sqlite.org/limits.html
	maxColumns = 2000
)

// layout is what a table's declaration says of the place of its columns.
type layout struct {
	name    string
	columns []column
	// stored is how many values a row has in the file.
	stored int
	// withoutRowid is a table that is kept like an index, with the columns of its key in front.
	withoutRowid bool
	key          []string
	// unique says that SQLite keeps indexes of its own beside it.
	unique bool
}

type column struct {
	name string
	// at is its place in the record of a row. The one called rowid has its value in the row's number instead.
	at    int
	rowid bool
	// integer says that it may stand for the row's number, if it is the key. filled says that rows may lack it that are
	// not null there, and virtual that no row has it.
	integer, filled, virtual bool
}

func (l *layout) column(name string) (c column, ok bool) {
	i := slices.IndexFunc(l.columns, func(c column) bool { return strings.EqualFold(c.name, name) && !c.virtual })
	if i < 0 {
		return c, false
	}
	return l.columns[i], true
}

// same says whether v is the name, in whatever case.
func same(v any, name string) bool {
	s, ok := v.(string)
	return ok && strings.EqualFold(s, name)
}

var errDeclaration = errors.New("its declaration is not understood")

// mustParse parses what this program itself declares.
func mustParse(sql string) layout {
	l, err := parse(sql)
	if err != nil {
		panic(err)
	}
	return l
}

// parse reads a statement CREATE TABLE as SQLite keeps it, just as far as the places of its columns follow from it. See
// https://sqlite.org/lang_createtable.html
func parse(sql string) (l layout, err error) {
	all, err := tokens(sql)
	if err != nil {
		return l, err
	}
	if len(all) < 5 || !all[0].is("CREATE") || !all[1].is("TABLE") || !all[3].is("(") {
		return l, errDeclaration
	}
	parts, rest, ok := list(all[3:])
	if !ok {
		return l, errDeclaration
	}
	l.name, l.unique = all[2].text, index(all[3:], "UNIQUE") >= 0
	for _, part := range parts {
		if err := l.define(part); err != nil {
			return l, err
		}
	}
	without := index(rest, "WITHOUT")
	l.withoutRowid = without >= 0 && index(rest[without:], "ROWID") == 1
	return l, l.place()
}

// define reads the definition of a column or a rule of the table.
func (l *layout) define(part []token) error {
	if len(part) == 0 || len(l.columns) == maxColumns {
		return errDeclaration
	}
	if part[0].isOneOf("CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN") {
		return l.rule(part)
	}
	flat := outer(part)
	c := column{name: part[0].text}
	c.integer = strings.EqualFold(at(flat, 1).text, "INTEGER") && (len(flat) == 2 ||
		flat[2].isOneOf("CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT", "COLLATE", "REFERENCES", "DEFERRABLE"))
	if primary := index(flat, "PRIMARY"); primary >= 0 {
		l.key = append(l.key, c.name)
		// An oddity that SQLite keeps for the sake of old files.
		c.integer = c.integer && !at(flat, primary+2).is("DESC")
	}
	def := index(flat, "DEFAULT")
	c.filled = def >= 0 && !at(flat, def+1).is("NULL")
	as := index(flat, "AS")
	c.virtual = as >= 0 && !at(flat, as+2).is("STORED")
	l.columns = append(l.columns, c)
	return nil
}

// rule reads which columns are the key, if the rule says so.
func (l *layout) rule(part []token) error {
	primary := index(part, "PRIMARY")
	if primary < 0 {
		return nil
	}
	columns, _, ok := list(part[min(primary+2, len(part)):])
	if !ok || len(l.key)+len(columns) > maxColumns {
		return errDeclaration
	}
	for _, c := range columns {
		l.key = append(l.key, at(c, 0).text)
	}
	return nil
}

// place gives the columns their places: in their own order, or behind those of the key.
func (l *layout) place() error {
	find := func(name string) int {
		return slices.IndexFunc(l.columns, func(c column) bool { return strings.EqualFold(c.name, name) })
	}
	if !l.withoutRowid && len(l.key) == 1 {
		if i := find(l.key[0]); i >= 0 {
			l.columns[i].rowid = l.columns[i].integer
		}
	}
	placed := make([]bool, len(l.columns))
	if l.withoutRowid {
		for _, name := range l.key {
			i := find(name)
			if i < 0 || placed[i] {
				return fmt.Errorf("%w: the key", errDeclaration)
			}
			l.columns[i].at, placed[i] = l.stored, true
			l.stored++
		}
	}
	for i, c := range l.columns {
		if !placed[i] && !c.virtual {
			l.columns[i].at = l.stored
			l.stored++
		}
	}
	return nil
}
