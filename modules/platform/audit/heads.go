//go:build !js

package audit

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// ReadHeads reads the heads out of what Verify wrote on another day, as it was kept outside the database. Lines that
// begin with a space are remarks.
func ReadHeads(kept io.Reader) (heads []Head, err error) {
	lines := bufio.NewScanner(kept)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if strings.TrimSpace(line) == "" || line[0] == ' ' {
			continue
		}
		head, err := readHead(line)
		if err != nil {
			return nil, fmt.Errorf("line %d of the kept heads is not \"clinic number hash\": %w", n, err)
		}
		heads = append(heads, head)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read the kept heads: %w", err)
	}
	return heads, nil
}

func readHead(line string) (head Head, err error) {
	words := strings.Fields(line)
	if len(words) < 3 {
		return Head{}, fmt.Errorf("%d words", len(words))
	}
	if head.Clinic, err = uuid.Parse(words[0]); err != nil {
		return Head{}, err
	}
	if head.SealNo, err = strconv.ParseInt(words[1], 10, 64); err != nil {
		return Head{}, err
	}
	if head.Hash, err = hex.DecodeString(words[2]); err != nil {
		return Head{}, err
	}
	if len(head.Hash) != sha256.Size {
		return Head{}, fmt.Errorf("a hash of %d bytes", len(head.Hash))
	}
	return head, nil
}
