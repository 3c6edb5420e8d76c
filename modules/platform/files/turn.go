//go:build !js

package files

import (
	"encoding/binary"
	"image"

	"golang.org/x/image/draw"
)

// orientation is how a camera was held, in EXIF's eight ways: upright, or which way the picture has to be turned.
type orientation int

const (
	upright   orientation = 1
	mirrored  orientation = 2
	upside    orientation = 3
	flipped   orientation = 4
	transpose orientation = 5
	clockwise orientation = 6
	across    orientation = 7
	counter90 orientation = 8
)

// orientationOf reads the one thing that is used of EXIF; what cannot be read is upright.
func orientationOf(tiff []byte) orientation {
	const tag, entry = 0x0112, 12
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	count := int64(order.Uint16(tiff[at:]))
	for n := range count {
		i := at + 2 + n*entry
		if i+entry > int64(len(tiff)) {
			return upright
		}
		if order.Uint16(tiff[i:]) != tag {
			continue
		}
		if o := orientation(order.Uint16(tiff[i+8:])); o >= upright && o <= counter90 {
			return o
		}
	}
	return upright
}

// source is where the pixel that belongs at x, y of the turned picture is in the one as it was taken, which is w wide
// and h high.
func (o orientation) source(x, y, w, h int) (int, int) {
	switch o {
	case mirrored:
		return w - 1 - x, y
	case upside:
		return w - 1 - x, h - 1 - y
	case flipped:
		return x, h - 1 - y
	case transpose:
		return y, x
	case clockwise:
		return y, h - 1 - x
	case across:
		return w - 1 - y, h - 1 - x
	case counter90:
		return w - 1 - y, x
	}
	return x, y
}

// onItsSide tells that width and height change places.
func (o orientation) onItsSide() bool { return o >= transpose }

func (o orientation) size(w, h int) (int, int) {
	if o.onItsSide() {
		return h, w
	}
	return w, h
}

// turned is the picture as it was seen. What cameras write is turned plane by plane, without a copy in other colours.
func turned(picture image.Image, o orientation) image.Image {
	w, h := o.size(picture.Bounds().Dx(), picture.Bounds().Dy())
	switch p := picture.(type) {
	case *image.YCbCr:
		if o.onItsSide() && !turnable(p.SubsampleRatio) {
			return turnedSlowly(picture, o, w, h)
		}
		out := image.NewYCbCr(image.Rect(0, 0, w, h), turnedRatio(p.SubsampleRatio, o))
		cw, ch := chroma(p)
		turnPlane(out.Y, out.YStride, p.Y, p.YStride, p.Rect.Dx(), p.Rect.Dy(), o)
		turnPlane(out.Cb, out.CStride, p.Cb, p.CStride, cw, ch, o)
		turnPlane(out.Cr, out.CStride, p.Cr, p.CStride, cw, ch, o)
		return out
	case *image.Gray:
		out := image.NewGray(image.Rect(0, 0, w, h))
		turnPlane(out.Pix, out.Stride, p.Pix, p.Stride, p.Rect.Dx(), p.Rect.Dy(), o)
		return out
	}
	return turnedSlowly(picture, o, w, h)
}

func turnPlane(to []byte, toStride int, from []byte, fromStride, w, h int, o orientation) {
	tw, th := o.size(w, h)
	for y := range th {
		row := to[y*toStride : y*toStride+tw]
		for x := range row {
			sx, sy := o.source(x, y, w, h)
			row[x] = from[sy*fromStride+sx]
		}
	}
}

// chroma is how many columns and rows of colour a picture has.
func chroma(p *image.YCbCr) (w, h int) {
	w, h = p.Rect.Dx(), p.Rect.Dy()
	switch p.SubsampleRatio {
	case image.YCbCrSubsampleRatio422:
		return (w + 1) / 2, h
	case image.YCbCrSubsampleRatio420:
		return (w + 1) / 2, (h + 1) / 2
	case image.YCbCrSubsampleRatio440:
		return w, (h + 1) / 2
	case image.YCbCrSubsampleRatio411:
		return (w + 3) / 4, h
	case image.YCbCrSubsampleRatio410:
		return (w + 3) / 4, (h + 1) / 2
	}
	return w, h
}

// turnable tells the ratios that have a counterpart on their side.
func turnable(r image.YCbCrSubsampleRatio) bool {
	return r != image.YCbCrSubsampleRatio411 && r != image.YCbCrSubsampleRatio410
}

// turnedRatio is how colour is spread after a turn.
func turnedRatio(r image.YCbCrSubsampleRatio, o orientation) image.YCbCrSubsampleRatio {
	if !o.onItsSide() {
		return r
	}
	switch r {
	case image.YCbCrSubsampleRatio422:
		return image.YCbCrSubsampleRatio440
	case image.YCbCrSubsampleRatio440:
		return image.YCbCrSubsampleRatio422
	}
	return r
}

// turnedSlowly serves the rare ones: grey values of 16 bits, palettes, colours for print.
func turnedSlowly(picture image.Image, o orientation, w, h int) image.Image {
	from := picture.Bounds()
	plain := image.NewRGBA(image.Rect(0, 0, from.Dx(), from.Dy()))
	draw.Draw(plain, plain.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(plain, plain.Bounds(), picture, from.Min, draw.Over)
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			sx, sy := o.source(x, y, from.Dx(), from.Dy())
			copy(out.Pix[out.PixOffset(x, y):][:4], plain.Pix[plain.PixOffset(sx, sy):][:4])
		}
	}
	return out
}
