//go:build !js

package database

import (
	"context"
	"fmt"
	"regexp"
	"strconv"

	"gorm.io/gorm"
)

// Together carries out two writes of the current clinic's transaction in one trip: RowsAffected tells of the first, and
// neither stands without the other. Both see what stood before; foreign keys are looked at when both are done.
func Together(ctx context.Context, first, second func(tx *gorm.DB) *gorm.DB) *gorm.DB {
	tx := From(ctx)
	if tx.Error != nil {
		return tx
	}
	dry := tx.Session(&gorm.Session{DryRun: true})
	main, beside := first(dry), second(dry)
	for _, built := range []*gorm.DB{main, beside} {
		if built.Error != nil {
			return built
		}
	}
	values := len(main.Statement.Vars)
	shifted := placeholders.ReplaceAllStringFunc(beside.Statement.SQL.String(), func(p string) string {
		n, _ := strconv.Atoi(p[1:]) // the pattern lets nothing but digits through
		return "$" + strconv.Itoa(n+values)
	})
	query := fmt.Sprintf("with beside as (%s) %s", shifted, main.Statement.SQL.String())
	return tx.Exec(query, append(main.Statement.Vars, beside.Statement.Vars...)...)
}

// placeholders are those of a statement that GORM built: it writes every value as one.
var placeholders = regexp.MustCompile(`\$\d+`)
