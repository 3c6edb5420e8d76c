package patients

// shelves hold entries by how each of their words begins: who looks for a word looks through one shelf, not through
// everybody. An entry that another has replaced stays on its shelves; whoever takes it from there asks whether it stands.
type shelves [kindsOfLetters * kindsOfLetters][]shelved

type shelved struct {
	*entry
	at int // its place in the index
}

const kindsOfLetters = 38 // ends, a to z, 0 to 9, any other

// shelfOf tells where words lie that begin with these two letters or more.
func shelfOf(word string) int {
	return kindOfLetter(word[0])*kindsOfLetters + kindOfLetter(word[1])
}

func kindOfLetter(b byte) int {
	switch {
	case b == ' ':
		return 0
	case 'a' <= b && b <= 'z':
		return 1 + int(b-'a')
	case '0' <= b && b <= '9':
		return 27 + int(b-'0')
	}
	return kindsOfLetters - 1
}

func (s *shelves) add(e *entry, at int) {
	e.hasWord(func(word string) bool {
		if len(word) < 2 {
			word += "  "
		}
		shelf := &s[shelfOf(word)]
		if n := len(*shelf); n == 0 || (*shelf)[n-1].entry != e { // once, where two of its words begin alike
			*shelf = append(*shelf, shelved{e, at})
		}
		return false
	})
}

// beginning hands over everybody who may have a word that begins so: all who have one, and others.
func (v indexView) beginning(with string, f func(e *entry)) {
	if len(with) < 2 {
		v.each(f)
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.shelves == nil {
		v.shelves = &shelves{}
		for at, e := range v.entries {
			v.shelves.add(e, at)
		}
	}
	for _, s := range v.shelves[shelfOf(with)] {
		if v.entries[s.at] == s.entry && v.shows(s.entry) {
			f(s.entry)
		}
	}
	for _, e := range v.own {
		f(&e)
	}
}
