//go:build !js

package files

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"
)

const (
	// maxPicture is what a photo may take in memory, in bytes: 48 megapixels of a phone, 50 in a PNG with transparency.
	maxPicture = 200 << 20
	// maxSide is the longest side that a JPEG can have, in pixels.
	maxSide = 65_535
	// turnedQuality keeps a photo that was drawn again apart from the first by nothing that an eye sees.
	turnedQuality = 92
	thumbQuality  = 80
)

// photo is one that may be kept.
type photo struct {
	kind          string
	content       []byte
	width, height int
	thumb         []byte
}

// develop reads a photo, takes away what it tells besides the picture and what hangs on behind it, and turns it as it
// was held. The picture itself stays bit by bit unless it has to be turned.
func develop(kind string, sent []byte) (photo, error) {
	if err := checkSize(kind, sent); err != nil {
		return photo{}, err
	}
	clean, turn, err := cleanOf(kind, sent)
	if err != nil {
		return photo{}, err
	}
	picture, err := decode(kind, clean)
	if err != nil {
		return photo{}, damaged()
	}
	p := photo{kind: kind, content: clean}
	if turn != upright {
		picture = turned(picture, turn)
		if p.content, err = encode(picture, turnedQuality); err != nil {
			return photo{}, err
		}
		p.kind = JPEG
	}
	p.width, p.height = picture.Bounds().Dx(), picture.Bounds().Dy()
	p.thumb, err = thumbnail(picture)
	return p, err
}

// checkSize refuses, before any of it is unpacked, a photo that would fill the memory.
func checkSize(kind string, sent []byte) error {
	config, err := configOf(kind, sent)
	if err != nil || config.Width < 1 || config.Height < 1 {
		return damaged()
	}
	if config.Width > maxSide || config.Height > maxSide || config.Width*config.Height > maxPicture/bytesPerPixel(config.ColorModel) {
		return refused(fmt.Sprintf("La foto mide %d × %d puntos; es demasiado grande para abrirla. Redúzcala y elíjala otra vez.", config.Width, config.Height))
	}
	return nil
}

func bytesPerPixel(m color.Model) int {
	switch m {
	case color.GrayModel:
		return 1
	case color.Gray16Model:
		return 2
	case color.YCbCrModel:
		return 3
	case color.RGBA64Model, color.NRGBA64Model:
		return 8
	}
	if _, paletted := m.(color.Palette); paletted {
		return 1
	}
	return 4
}

func configOf(kind string, b []byte) (image.Config, error) {
	switch kind {
	case JPEG:
		return jpeg.DecodeConfig(bytes.NewReader(b))
	case PNG:
		return png.DecodeConfig(bytes.NewReader(b))
	}
	return webp.DecodeConfig(bytes.NewReader(b))
}

func decode(kind string, b []byte) (image.Image, error) {
	switch kind {
	case JPEG:
		return jpeg.Decode(bytes.NewReader(b))
	case PNG:
		return png.Decode(bytes.NewReader(b))
	}
	return webp.Decode(bytes.NewReader(b))
}

// cleanOf leaves the picture and its colours, and says how the photo was held.
func cleanOf(kind string, sent []byte) (clean []byte, turn orientation, err error) {
	var ok bool
	switch kind {
	case JPEG:
		clean, turn, ok = cleanJPEG(sent)
	case PNG:
		clean, turn, ok = cleanPNG(sent)
	default:
		clean, turn, ok = cleanWebP(sent)
	}
	if !ok {
		return nil, upright, damaged()
	}
	return clean, turn, nil
}

func encode(picture image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
		return nil, fmt.Errorf("write a photo: %w", err)
	}
	return out.Bytes(), nil
}

// thumbnail draws the picture small, on white where it is transparent. A small picture is not made larger.
func thumbnail(picture image.Image) ([]byte, error) {
	from := picture.Bounds()
	width, height := from.Dx(), from.Dy()
	if long := max(width, height); long > ThumbSide {
		width, height = max(1, width*ThumbSide/long), max(1, height*ThumbSide/long)
	}
	small := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.Draw(small, small.Bounds(), image.White, image.Point{}, draw.Src)
	draw.BiLinear.Scale(small, small.Bounds(), picture, from, draw.Over, nil)
	return encode(small, thumbQuality)
}
