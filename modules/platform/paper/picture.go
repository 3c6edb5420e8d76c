//go:build !js

package paper

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"

	"codeberg.org/go-pdf/fpdf"
	"github.com/skip2/go-qrcode"
	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // photos come in this form too
)

const (
	// sharp is the longest side of a picture on paper, in pixels: 200 a inch over the width of A4.
	sharp = 1600
	// maxPixels is what is opened at all.
	maxPixels = 64_000_000
)

// Picture is a photo or a drawing, as wide as the page at most. Height is the most it takes, in millimetres; 0 is 110.
type Picture struct {
	Content []byte // JPEG, PNG or WebP
	Caption string
	Height  float64
}

func (p Picture) draw(s *sheet) {
	height := p.Height
	if height <= 0 {
		height = 110
	}
	height = min(height, s.bottom()-s.top()-2*lineHeight(smallSize))
	_, high := s.measure(p.Content, s.inner(), height)
	s.room(high + gap + lineHeight(smallSize))
	_, high = s.place(p.Content, s.margin, s.y, s.inner(), height)
	s.y += high + gap/2
	s.flow(p.Caption, style{size: smallSize, grey: true}, s.margin, s.inner())
	s.y += gap
}

// measure is how large a picture is within a frame, which it does not fill beyond 150 pixels an inch.
func (s *sheet) measure(content []byte, width, height float64) (w, h float64) {
	info := s.register(content)
	if info == nil {
		return 0, 0
	}
	w, h = info.Width(), info.Height()
	scale := min(width/w, height/h, 25.4/150/(25.4/72))
	return w * scale, h * scale
}

// place draws a picture into a frame, from its upper left corner.
func (s *sheet) place(content []byte, x, y, width, height float64) (w, h float64) {
	w, h = s.measure(content, width, height)
	if s.err == nil && w > 0 {
		s.pdf.ImageOptions(nameOf(content), x, y, w, h, false, fpdf.ImageOptions{}, 0, "")
	}
	return w, h
}

// nameOf lets a picture that is shown twice be kept once.
func nameOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:16])
}

func (s *sheet) register(content []byte) *fpdf.ImageInfoType {
	name := nameOf(content)
	if info := s.pdf.GetImageInfo(name); info != nil {
		return info
	}
	plain, kind, err := printable(content)
	if err != nil {
		s.fail(err)
		return nil
	}
	info := s.pdf.RegisterImageOptionsReader(name, fpdf.ImageOptions{ImageType: kind}, bytes.NewReader(plain))
	if err := s.pdf.Error(); err != nil {
		s.fail(fmt.Errorf("a picture: %w", err))
		return nil
	}
	return info
}

// printable brings a picture into a form that every reader of PDF shows: on white, no larger than paper needs.
func printable(content []byte) (plain []byte, kind string, err error) {
	config, format, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil || config.Width*config.Height > maxPixels || config.Width < 1 || config.Height < 1 {
		return nil, "", errors.New("a picture cannot be opened")
	}
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, "", errors.New("a picture cannot be opened")
	}
	w, h := config.Width, config.Height
	if long := max(w, h); long > sharp {
		w, h = max(1, w*sharp/long), max(1, h*sharp/long)
	}
	flat := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(flat, flat.Bounds(), image.White, image.Point{}, draw.Src)
	draw.BiLinear.Scale(flat, flat.Bounds(), picture, picture.Bounds(), draw.Over, nil)
	var out bytes.Buffer
	if format == "png" { // logos and signatures: lines stay sharp
		err = png.Encode(&out, flat)
		return out.Bytes(), "PNG", err
	}
	err = jpeg.Encode(&out, flat, &jpeg.Options{Quality: 88})
	return out.Bytes(), "JPG", err
}

// Code is a QR code with what it is for beside it.
type Code struct {
	Text    string // what a phone reads, an address
	Caption string
}

const codeSide = 24.0

func (c Code) draw(s *sheet) {
	s.room(codeSide + gap)
	s.drawCode(c, s.inner())
	s.y += codeSide + gap
}

// drawCode draws at the left of the pen and writes the caption beside it.
func (s *sheet) drawCode(c Code, width float64) {
	code, err := qrcode.New(c.Text, qrcode.Medium)
	if err != nil {
		s.fail(fmt.Errorf("a QR code: %w", err))
		return
	}
	code.DisableBorder = true
	grid := code.Bitmap()
	side := codeSide / float64(len(grid))
	s.pdf.SetFillColor(0, 0, 0)
	for y, row := range grid {
		for x := 0; x < len(row); x++ {
			from := x
			for x < len(row) && row[x] {
				x++
			}
			if x > from {
				s.pdf.Rect(s.margin+float64(from)*side, s.y+float64(y)*side, float64(x-from)*side, side, "F")
			}
		}
	}
	s.write(c.Caption, style{size: smallSize, grey: true}, s.margin+codeSide+3, s.y, width-codeSide-3)
}

// Signature is where somebody signs, or has signed: the name over what stands below the line, and a code to verify it by.
type Signature struct {
	Name    string
	Lines   []string // "Médica cirujana · CMP 54321"
	Drawn   []byte   // what was signed on a screen; nil leaves room for a pen
	Code    Code     // at the left; none without Text
	Caption string   // instead of an empty room: "Firmado electrónicamente el …"
}

func (g Signature) draw(s *sheet) {
	const space = 20.0
	high := space + lineHeight(bodySize) + float64(len(g.Lines)+1)*lineHeight(smallSize)
	s.room(max(high, codeSide) + gap)
	if g.Code.Text != "" {
		s.drawCode(g.Code, s.inner()*0.5)
	}
	width := s.inner() * 0.42
	x, y := s.right()-width, s.y
	small := style{size: smallSize, grey: true, align: centred}
	if len(g.Drawn) > 0 {
		w, h := s.measure(g.Drawn, width, space-3)
		s.place(g.Drawn, x+(width-w)/2, y+space-2-h, width, space-3)
	} else if g.Caption != "" {
		s.write(g.Caption, small, x, y+space-lineHeight(smallSize)*float64(1+len(s.lines(g.Caption, small, width))), width)
	}
	s.pdf.SetDrawColor(60, 60, 60)
	s.pdf.SetLineWidth(0.25)
	s.pdf.Line(x, y+space, x+width, y+space)
	end := s.write(g.Name, style{size: bodySize, bold: true, align: centred}, x, y+space+1, width)
	for _, line := range g.Lines {
		end = s.write(line, small, x, end, width)
	}
	s.y = max(end, s.y+codeSide) + gap
}
