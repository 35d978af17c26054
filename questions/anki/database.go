package anki

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"

	"modernc.org/sqlite"
)

// unicase makes the order known by which Anki sorts names. No order is asked for here, but the tables name the rule.
var unicase = sync.OnceValue(func() error {
	return sqlite.RegisterCollationUtf8("unicase", strings.Compare)
})

// inMemory calls f with a connection to an empty database of its own, which is gone afterwards.
func inMemory(ctx context.Context, f func(db *sql.Conn) error) (err error) {
	if err := unicase(); err != nil {
		return fmt.Errorf("open a database: %w", err)
	}
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return fmt.Errorf("open a database: %w", err)
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	db, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open a database: %w", err)
	}
	return errors.Join(f(db), db.Close())
}

func execute(ctx context.Context, db *sql.Conn, statements string, values ...any) error {
	_, err := db.ExecContext(ctx, statements, values...)
	return err
}

// serialize returns the database as the file it would be.
func serialize(db *sql.Conn) (file []byte, err error) {
	err = db.Raw(func(c any) error {
		s, ok := c.(interface{ Serialize() ([]byte, error) })
		if !ok {
			return fmt.Errorf("unknown driver %T", c)
		}
		file, err = s.Serialize()
		return err
	})
	return file, err
}
