// Package reference is for tests only: SQLite itself, translated to Go, as what our own reader and writer of its format
// are held against. Databases are from memory to memory, and may sort by "unicase", as Anki's tables do.
package reference

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"modernc.org/sqlite"
)

// unicase makes the order known by which Anki sorts names. Which order it is matters to no test.
var unicase = sync.OnceValue(func() error {
	return sqlite.RegisterCollationUtf8("unicase", strings.Compare)
})

// connection is what the driver's connections can do beyond database/sql.
type connection interface {
	Serialize() ([]byte, error)
	Deserialize([]byte) error
}

// Make returns the file of a database that the statements made.
func Make(t testing.TB, statements ...string) (file []byte) {
	t.Helper()
	err := inMemory(t.Context(), func(db *sql.Conn) (err error) {
		for _, s := range statements {
			if _, err := db.ExecContext(t.Context(), s); err != nil {
				return fmt.Errorf("%.200s: %w", s, err)
			}
		}
		return driver(db, func(c connection) error {
			file, err = c.Serialize()
			return err
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// Query returns what the query gives of the database in the file.
func Query(t testing.TB, file []byte, query string) (rows [][]any) {
	t.Helper()
	err := inMemory(t.Context(), func(db *sql.Conn) error {
		if err := driver(db, func(c connection) error { return c.Deserialize(file) }); err != nil {
			return err
		}
		result, err := db.QueryContext(t.Context(), query)
		if err != nil {
			return fmt.Errorf("%s: %w", query, err)
		}
		defer result.Close()
		columns, err := result.Columns()
		for err == nil && result.Next() {
			row, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range row {
				into[i] = &row[i]
			}
			err = result.Scan(into...)
			rows = append(rows, row)
		}
		return errors.Join(err, result.Err())
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// inMemory calls f with a database of its own, which is gone afterwards.
func inMemory(ctx context.Context, f func(db *sql.Conn) error) (err error) {
	if err := unicase(); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	db, err := pool.Conn(ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(db), db.Close())
}

func driver(db *sql.Conn, f func(c connection) error) error {
	return db.Raw(func(raw any) error {
		c, ok := raw.(connection)
		if !ok {
			return fmt.Errorf("unknown driver %T", raw)
		}
		return f(c)
	})
}
