package journeys_test

import (
	"fmt"
	"io"
	"mime/quotedprintable"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	"github.com/xlzd/gotp"
)

// What the people of the demonstration share.
const (
	demoPassword = "Hampi-demo-2026"
	demoSecret   = "JBSWY3DPEHPK3PXP"
)

const codeSeconds = 30

// phones are the applications of codes of everybody: a code that was used is not shown again. Each program of the
// specs has people of its own, whatever their names.
type phones struct {
	mu   sync.Mutex
	used map[string]int64 // by data folder and address
}

var codes = phones{used: map[string]int64{}}

// next is a code that this person has not used yet; the program takes the present one and the one before it.
func (p *phones) next(w *Window, email, secret string) string {
	GinkgoHelper()
	person := w.program.DataDir + " " + email
	p.mu.Lock()
	defer p.mu.Unlock()
	current := func() int64 { return time.Now().Unix() / codeSeconds }
	step := max(p.used[person]+1, current()-1)
	if step == current()-1 && time.Now().Unix()%codeSeconds > codeSeconds-4 {
		step++ // it would be too old before it arrives
	}
	Eventually(current).WithTimeout((codeSeconds+5)*time.Second).Should(BeNumerically(">=", step), "the next code")
	p.used[person] = step
	return gotp.NewDefaultTOTP(secret).At(step * codeSeconds)
}

// signIn gives the window to somebody of the demonstration, at home.
func signIn(w *Window, email string) {
	GinkgoHelper()
	if cookies, ok := w.program.known[email]; ok {
		_, err := chromedp.Call(w.ctx, network.SetCookies, network.SetCookiesParams{Cookies: cookies})
		Expect(err).NotTo(HaveOccurred())
		w.Go("/")
	} else {
		signInByHand(w, email)
		w.program.known[email] = cookiesOf(w)
	}
	Expect(w.Where()).NotTo(HavePrefix("/ingresar"))
}

// signInByHand types password and code, so that this window has a log-in of its own.
func signInByHand(w *Window, email string) {
	GinkgoHelper()
	w.Go("/ingresar?otra=si")
	typeSignIn(w, email)
}

// typeSignIn fills what the page of signing in asks for, step by step.
func typeSignIn(w *Window, email string) {
	GinkgoHelper()
	w.Fill("#c-email", email)
	w.Fill("#c-password", demoPassword)
	w.Button("Continuar")
	w.Heading("Código de verificación")
	w.Fill("#c-code", codes.next(w, email, demoSecret))
	Eventually(w.Where).WithTimeout(pageLimit).ShouldNot(HavePrefix("/ingresar"))
	w.Settled()
}

// cookiesOf are the cookies of a window, to be put into another.
func cookiesOf(w *Window) []*network.CookieParam {
	GinkgoHelper()
	has, err := chromedp.Call(w.ctx, network.GetCookies, network.GetCookiesParams{})
	Expect(err).NotTo(HaveOccurred())
	var cookies []*network.CookieParam
	for _, c := range has.Cookies {
		cookies = append(cookies, &network.CookieParam{Name: c.Name, Value: c.Value, URL: w.program.URL, Path: c.Path, HTTPOnly: c.HTTPOnly, SameSite: c.SameSite})
	}
	return cookies
}

var httpLink = regexp.MustCompile(`https?://\S+`)

// linkInLetter waits for a letter to somebody about something, and reads the link in it.
func linkInLetter(to, about string) string {
	GinkgoHelper()
	var link string
	Eventually(func(g Gomega) {
		files, err := filepath.Glob(filepath.Join(demo.DataDir, "mail", "*.eml"))
		g.Expect(err).NotTo(HaveOccurred())
		for i := len(files) - 1; i >= 0 && link == ""; i-- {
			link = linkIn(files[i], to, about)
		}
		g.Expect(link).NotTo(BeEmpty(), fmt.Sprintf("%d letters, none to %s about %s", len(files), to, about))
	}).WithTimeout(pageLimit).Should(Succeed())
	return link
}

func linkIn(file, to, about string) string {
	GinkgoHelper()
	letter, err := os.Open(file)
	Expect(err).NotTo(HaveOccurred())
	defer letter.Close()
	message, err := mail.ReadMessage(letter)
	Expect(err).NotTo(HaveOccurred())
	if !strings.Contains(message.Header.Get("To"), to) {
		return ""
	}
	text, err := io.ReadAll(quotedprintable.NewReader(message.Body))
	Expect(err).NotTo(HaveOccurred())
	for _, link := range httpLink.FindAllString(string(text), -1) {
		if strings.Contains(link, about) {
			return link
		}
	}
	return ""
}
