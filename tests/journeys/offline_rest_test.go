package journeys_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"unicode/utf16"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// spyOnKeys tells the test of every key of a page that can be read out, each as base64.
const spyOnKeys = `(() => {
	const subtle = crypto.subtle
	const tell = async (key) => {
		if (!key?.extractable || !crypto.subtle) return
		const raw = new Uint8Array(await exportKey.call(subtle, "raw", key))
		await window.keySeen(btoa(String.fromCharCode(...raw)))
	}
	const exportKey = SubtleCrypto.prototype.exportKey
	for (const name of ["generateKey", "unwrapKey", "importKey"]) {
		const real = SubtleCrypto.prototype[name]
		SubtleCrypto.prototype[name] = async function (...args) {
			const key = await real.apply(this, args)
			await tell(key)
			return key
		}
	}
})()`

// keyring gathers the keys that a window's pages held in the clear.
type keyring struct {
	mu   sync.Mutex
	keys [][]byte
}

func (k *keyring) watch(w *Window) {
	GinkgoHelper()
	w.Do(chromedp.ExposeFunc("keySeen", func(_ context.Context, text string) (bool, error) {
		raw, err := base64.StdEncoding.DecodeString(text)
		k.mu.Lock()
		defer k.mu.Unlock()
		k.keys = append(k.keys, raw)
		return true, err
	}))
	_, err := chromedp.Call(w.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: spyOnKeys})
	Expect(err).NotTo(HaveOccurred())
}

func (k *keyring) seen() [][]byte {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.keys
}

// disk is what a closed browser left below some folders of its profile.
type disk map[string][]byte

// storesOf are the files in which a profile keeps what pages and workers store.
func storesOf(profile string) disk {
	GinkgoHelper()
	found := filesBelow(profile)
	for name := range found {
		if !strings.Contains(name, "IndexedDB") && !strings.Contains(name, "CacheStorage") && !strings.Contains(name, "Local Storage") && !strings.Contains(name, "Session Storage") {
			delete(found, name)
		}
	}
	return found
}

func filesBelow(folder string) disk {
	GinkgoHelper()
	found := disk{}
	Expect(filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := os.ReadFile(path) //nolint:gosec // below the folder given
		found[strings.TrimPrefix(path, folder)] = content
		return err
	})).To(Succeed())
	return found
}

// with are the files that hold any of these bytes.
func (d disk) with(forms ...[]byte) []string {
	var names []string
	for name, content := range d {
		for _, form := range forms {
			if bytes.Contains(content, form) {
				names = append(names, name)
			}
		}
	}
	return names
}

// written is a text as browsers write texts: UTF-8 and UTF-16 with the lower byte first, as typed and in capitals or none.
func written(text string) [][]byte {
	var forms [][]byte
	for _, form := range []string{text, strings.ToLower(text), strings.ToUpper(text)} {
		var wide []byte
		for _, unit := range utf16.Encode([]rune(form)) {
			wide = append(wide, byte(unit), byte(unit>>8))
		}
		forms = append(forms, []byte(form), wide)
	}
	return forms
}

var _ = Describe("what lies on the disk of a closed browser", func() {
	It("names no patient and gives no key away", func() {
		line := NewLine(demo)
		device := NewDevice(line.through(demo))
		w := device.Desk()
		var keys keyring
		keys.watch(w)
		signInByHand(w, "recepcion@demo.pe")
		// no word that the application itself may hold
		downloaded := somebody{freshDNI(), "Zoraixda Qplantada", "Xilofonixta", "Jbajadda", "240188", "Femenino", freshPhone()}
		registerPatient(w, downloaded)
		w.upToDate()
		line.Cut()
		typed := somebody{freshDNI(), "Wencexlao Qocultto", "Yugoxlavo", "Jescritto", "11031981", "Masculino", freshPhone()}
		registerPatient(w, typed)
		w.See("[data-red]", "1 por enviar")
		look(w, "xilofonixta")
		w.See("#buscador-lista [data-fila]", downloaded.listed())
		stopLooking(w)
		Expect(keys.seen()).NotTo(BeEmpty(), "no key was seen")
		device.Close()

		stores := storesOf(device.Profile)
		Expect(stores.with(written("Yesenia Rojas")...)).NotTo(BeEmpty(), "who may open the store stands there in clear: the search finds nothing at all")
		for _, who := range []somebody{downloaded, typed} {
			for _, planted := range append(strings.Fields(who.Names), who.Paternal, who.Maternal, who.Document, who.Phone) {
				Expect(stores.with(written(planted)...)).To(BeEmpty(), planted)
			}
		}
		profile := filesBelow(device.Profile)
		for _, key := range keys.seen() {
			forms := [][]byte{key}
			for _, text := range []string{base64.StdEncoding.EncodeToString(key), base64.RawURLEncoding.EncodeToString(key), hex.EncodeToString(key)} {
				forms = append(forms, written(text)...)
			}
			Expect(profile.with(forms...)).To(BeEmpty(), "the key itself")
		}
	})
})
