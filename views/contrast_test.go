package views_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// The colours are read from the token file itself, so that changing one there
// cannot make the words on a poor screen unreadable unnoticed.
var _ = Describe("Contrast of the tokens", func() {
	themes := readThemes("../static/css/tokens.css")

	for _, theme := range themes {
		It("keeps text at 4.5 and edges at 3 in "+theme.name, func() {
			for _, p := range pairsOf(theme) {
				ratio := contrast(theme.colour(p.front), theme.colour(p.back))
				Expect(ratio).To(BeNumerically(">=", p.least), "%s: %s on %s is %.2f", theme.name, p.front, p.back, ratio)
			}
		})
	}

	It("measures every theme and accent, no fewer than 140 pairs", func() {
		total := 0
		for _, theme := range themes {
			total += len(pairsOf(theme))
		}
		Expect(themes).To(HaveLen(12))
		Expect(total).To(BeNumerically(">=", 140))
	})

	It("computes the known ratios", func() {
		Expect(contrast(rgb{0, 0, 0}, rgb{255, 255, 255})).To(BeNumerically("~", 21, 0.01))
		Expect(contrast(rgb{0x76, 0x76, 0x76}, rgb{255, 255, 255})).To(BeNumerically("~", 4.54, 0.01))
	})
})

type pair struct {
	front, back string
	least       float64
}

// pairsOf lists what stands on what; an accent only changes a part of it.
func pairsOf(t theme) []pair {
	text := func(front string, backs ...string) (list []pair) {
		for _, back := range backs {
			list = append(list, pair{front, back, 4.5})
		}
		return list
	}
	edge := func(front string, backs ...string) (list []pair) {
		for _, back := range backs {
			list = append(list, pair{front, back, 3})
		}
		return list
	}
	var all []pair
	add := func(lists ...[]pair) {
		for _, l := range lists {
			all = append(all, l...)
		}
	}
	add(
		text("primary-foreground", "primary"),
		text("brand-text", "background", "brand-soft", "canvas", "card"),
		text("cita-atencion-fg", "cita-atencion-bg"),
		text("muted-foreground", "brand-soft"),
		edge("ring", "background", "canvas", "card"),
		edge("serie", "card", "background"),
		edge("primary", "background"),
	)
	if t.accent {
		return all
	}
	add(
		text("foreground", "background", "canvas", "card", "muted", "secondary", "accent", "brand-soft", "sidebar-accent"),
		text("muted-foreground", "background", "canvas", "card", "muted", "secondary", "accent", "popover"),
		text("sidebar-foreground", "canvas", "sidebar-accent"),
		text("destructive", "background", "card", "canvas", "danger-soft"),
		text("warn", "background", "card", "canvas", "warn-soft"),
		text("ok", "background", "card", "ok-soft"),
		text("info", "background", "card", "info-soft"),
		text("odo-azul", "card"), text("odo-rojo", "card"),
		text("eje", "card"),
		edge("input", "background", "card", "canvas"),
		edge("odo-linea", "card"), edge("serie-2", "card"),
	)
	for _, state := range []string{"agendada", "confirmada", "sala", "atendida", "falto", "cancelada", "conflicto"} {
		add(text("cita-"+state+"-fg", "cita-"+state+"-bg"), edge("cita-"+state+"-ln", "cita-"+state+"-bg"))
	}
	return all
}

type rgb [3]float64

type theme struct {
	name   string
	accent bool
	tokens map[string]string
}

func (t theme) colour(name string) rgb {
	value := t.tokens[name]
	if inner, ok := strings.CutPrefix(value, "var(--"); ok {
		return t.colour(strings.TrimSuffix(inner, ")"))
	}
	n, err := strconv.ParseUint(strings.TrimPrefix(value, "#"), 16, 32)
	Expect(err).NotTo(HaveOccurred(), "%s has no colour --%s (%q)", t.name, name, value)
	return rgb{float64(n >> 16), float64(n >> 8 & 255), float64(n & 255)}
}

// readThemes lays each accent over light and dark.
func readThemes(file string) []theme {
	text, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	block := regexp.MustCompile(`(?s)(:root|html[^\s{]*)\s*\{([^}]*)\}`)
	declaration := regexp.MustCompile(`--([\w-]+):\s*([^;]+);`)
	comment := regexp.MustCompile(`(?s)/\*.*?\*/`)
	rules := map[string]map[string]string{}
	var order []string
	for _, m := range block.FindAllStringSubmatch(comment.ReplaceAllString(string(text), ""), -1) {
		if rules[m[1]] == nil {
			rules[m[1]] = map[string]string{}
			order = append(order, m[1])
		}
		for _, d := range declaration.FindAllStringSubmatch(m[2], -1) {
			if _, known := rules[m[1]][d[1]]; !known {
				rules[m[1]][d[1]] = strings.TrimSpace(d[2])
			}
		}
	}
	light := rules[":root"]
	dark := over(light, rules["html.dark"])
	themes := []theme{{"light", false, light}, {"dark", false, dark}}
	for _, selector := range order {
		switch {
		case strings.HasPrefix(selector, "html.dark[data-acento"):
			same := "html" + strings.TrimPrefix(selector, "html.dark")
			themes = append(themes, theme{selector, true, over(over(dark, rules[same]), rules[selector])})
		case strings.HasPrefix(selector, "html[data-acento"):
			themes = append(themes, theme{selector, true, over(light, rules[selector])})
		}
	}
	return themes
}

func over(base, top map[string]string) map[string]string {
	all := make(map[string]string, len(base))
	for name, value := range base {
		all[name] = value
	}
	for name, value := range top {
		all[name] = value
	}
	return all
}

// contrast is the ratio of WCAG 2.2.
func contrast(a, b rgb) float64 {
	la, lb := luminance(a), luminance(b)
	return (math.Max(la, lb) + 0.05) / (math.Min(la, lb) + 0.05)
}

func luminance(c rgb) float64 {
	var linear [3]float64
	for i, v := range c {
		v /= 255
		linear[i] = v / 12.92
		if v > 0.04045 {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	return 0.2126*linear[0] + 0.7152*linear[1] + 0.0722*linear[2]
}

func (c rgb) String() string { return fmt.Sprintf("#%02x%02x%02x", int(c[0]), int(c[1]), int(c[2])) }
