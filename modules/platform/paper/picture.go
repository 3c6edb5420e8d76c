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
	Strong  bool // reads with a quarter of it lost (level Q), as SUNAT wants it, instead of an eighth
}

const codeSide = 24.0

func (c Code) draw(s *sheet) {
	s.room(codeSide + gap)
	s.drawCode(c, s.inner())
	s.y += codeSide + gap
}

// drawCode draws at the left of the pen and writes the caption beside it.
func (s *sheet) drawCode(c Code, width float64) {
	level := qrcode.Medium
	if c.Strong {
		level = qrcode.High
	}
	code, err := qrcode.New(c.Text, level)
	if err != nil {
		s.fail(fmt.Errorf("a QR code: %w", err))
		return
	}
	code.DisableBorder = true
	x0 := s.margin
	if s.doc.Size == Ticket && c.Caption == "" {
		x0 += (width - codeSide) / 2
	}
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
				s.pdf.Rect(x0+float64(from)*side, s.y+float64(y)*side, float64(x-from)*side, side, "F")
			}
		}
	}
	s.write(c.Caption, style{size: smallSize, grey: true}, s.margin+codeSide+3, s.y, width-codeSide-3)
}

// Signature is where somebody signs, or has signed: the name over what stands below the line, and a code to verify it by.
type Signature struct {
	Name    string
	Lines   []string // "Médica cirujana · CMP 54321"
	Drawn   []byte   // a picture of what was signed; nil leaves room for a pen
	Strokes []Stroke // what was drawn on a screen
	Code    Code     // at the left; none without Text
	Caption string   // instead of an empty room: "Firmado electrónicamente el …"
}

// Stroke is a line drawn on a screen: x and y in turn, in units of any size, downwards.
type Stroke []int

// drawStrokes draws lines as large as they fit into a frame, in its middle.
func (s *sheet) drawStrokes(strokes []Stroke, x, y, width, height float64) {
	left, top, right, low := strokes[0][0], strokes[0][1], strokes[0][0], strokes[0][1]
	for _, line := range strokes {
		for i := 0; i+1 < len(line); i += 2 {
			left, right = min(left, line[i]), max(right, line[i])
			top, low = min(top, line[i+1]), max(low, line[i+1])
		}
	}
	scale := min(width/float64(max(right-left, 1)), height/float64(max(low-top, 1)))
	x += (width - scale*float64(right-left)) / 2
	y += height - scale*float64(low-top)
	at := func(line Stroke, i int) (float64, float64) {
		return x + scale*float64(line[i]-left), y + scale*float64(line[i+1]-top)
	}
	s.pdf.SetDrawColor(15, 30, 90) // the blue of pens
	s.pdf.SetLineWidth(0.45)
	s.pdf.SetLineCapStyle("round")
	s.pdf.SetLineJoinStyle("round")
	for _, line := range strokes {
		px, py := at(line, 0)
		s.pdf.MoveTo(px, py)
		s.pdf.LineTo(px+0.01, py) // a point is seen too
		for i := 2; i+1 < len(line); i += 2 {
			px, py = at(line, i)
			s.pdf.LineTo(px, py)
		}
		s.pdf.DrawPath("D")
	}
	s.pdf.SetLineCapStyle("butt")
	s.pdf.SetLineJoinStyle("miter")
}

// signingRoom is the height over the line, in millimetres.
const signingRoom = 20.0

func (g Signature) draw(s *sheet) {
	s.room(max(g.height(), codeSide) + gap)
	if g.Code.Text != "" {
		s.drawCode(g.Code, s.inner()*0.5)
	}
	width := s.inner() * 0.42
	end := g.drawAt(s, s.right()-width, s.y, width)
	s.y = max(end, s.y+codeSide) + gap
}

// Signatures are two that stand side by side; their codes are left out.
type Signatures struct{ Left, Right Signature }

func (p Signatures) draw(s *sheet) {
	s.room(max(p.Left.height(), p.Right.height()) + gap)
	width := s.inner() * 0.42
	left := p.Left.drawAt(s, s.margin, s.y, width)
	right := p.Right.drawAt(s, s.right()-width, s.y, width)
	s.y = max(left, right) + gap
}

func (g Signature) height() float64 {
	return signingRoom + lineHeight(bodySize) + float64(len(g.Lines)+1)*lineHeight(smallSize)
}

// drawAt draws from an upper left corner and returns where it ends.
func (g Signature) drawAt(s *sheet, x, y, width float64) (end float64) {
	small := style{size: smallSize, grey: true, align: centred}
	switch {
	case len(g.Drawn) > 0:
		w, h := s.measure(g.Drawn, width, signingRoom-3)
		s.place(g.Drawn, x+(width-w)/2, y+signingRoom-2-h, width, signingRoom-3)
	case len(g.Strokes) > 0:
		s.drawStrokes(g.Strokes, x, y+1, width, signingRoom-2)
	case g.Caption != "":
		s.write(g.Caption, small, x, y+signingRoom-lineHeight(smallSize)*float64(1+len(s.lines(g.Caption, small, width))), width)
	}
	s.pdf.SetDrawColor(60, 60, 60)
	s.pdf.SetLineWidth(0.25)
	s.pdf.Line(x, y+signingRoom, x+width, y+signingRoom)
	end = s.write(g.Name, style{size: bodySize, bold: true, align: centred}, x, y+signingRoom+1, width)
	for _, line := range g.Lines {
		end = s.write(line, small, x, end, width)
	}
	return end
}
