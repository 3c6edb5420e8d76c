//go:build !js

package files

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// cleanJPEG copies what a decoder needs and the colours' profile: no EXIF, XMP, IPTC, comments, second pictures, and
// nothing behind the end. False for what is no JPEG from one end to the other.
func cleanJPEG(b []byte) (clean []byte, turn orientation, ok bool) {
	turn = upright
	clean = append(clean, 0xFF, 0xD8)
	for i := 2; i+4 <= len(b); {
		if b[i] != 0xFF {
			return nil, turn, false
		}
		marker := b[i+1]
		switch {
		case marker == 0xFF: // filling
			i++
			continue
		case marker == 0x01 || marker >= 0xD0 && marker <= 0xD8: // stand alone
			i += 2
			continue
		}
		end := i + 2 + int(binary.BigEndian.Uint16(b[i+2:]))
		if end > len(b) || end < i+4 {
			return nil, turn, false
		}
		segment := b[i+4 : end]
		if marker == 0xE1 && bytes.HasPrefix(segment, []byte(exifHead)) {
			turn = orientationOf(segment[len(exifHead):])
		}
		if keepsJPEG(marker, segment) {
			clean = append(clean, b[i:end]...)
		}
		i = end
		if marker != 0xDA {
			continue
		}
		next := scanEnd(b, i)
		clean = append(clean, b[i:next]...)
		if next+2 <= len(b) && b[next+1] == 0xD9 {
			return append(clean, 0xFF, 0xD9), turn, true
		}
		i = next
	}
	return nil, turn, false
}

const exifHead = "Exif\x00\x00"

func keepsJPEG(marker byte, segment []byte) bool {
	switch {
	case marker == 0xE2:
		return bytes.HasPrefix(segment, []byte("ICC_PROFILE\x00"))
	case marker == 0xEE:
		return bytes.HasPrefix(segment, []byte("Adobe")) // how colours are written, which a decoder must know
	case marker >= 0xE0 && marker <= 0xEF, marker == 0xFE:
		return marker == 0xE0 && bytes.HasPrefix(segment, []byte("JFIF\x00"))
	}
	return true
}

// scanEnd is where the picture's data end that begin at i: before a marker that is neither a restart nor filling.
func scanEnd(b []byte, i int) int {
	for ; i+1 < len(b); i++ {
		if b[i] == 0xFF && b[i+1] != 0 && b[i+1] != 0xFF && (b[i+1] < 0xD0 || b[i+1] > 0xD7) {
			return i
		}
	}
	return len(b)
}

// cleanPNG copies the chunks that make up the picture and its colours.
func cleanPNG(b []byte) (clean []byte, turn orientation, ok bool) {
	const signature = 8
	keep := []string{"IHDR", "PLTE", "IDAT", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs"}
	turn = upright
	clean = append(clean, b[:signature]...)
	for i := signature; i+12 <= len(b); {
		length := int(binary.BigEndian.Uint32(b[i:]))
		if length > len(b)-i-12 {
			return nil, turn, false
		}
		end, name := i+12+length, string(b[i+4:i+8])
		switch {
		case name == "eXIf":
			turn = orientationOf(b[i+8 : i+8+length])
		case name == "IEND":
			return append(clean, b[i:i+12]...), turn, length == 0
		case slices.Contains(keep, name):
			clean = append(clean, b[i:end]...)
		}
		i = end
	}
	return nil, turn, false
}

// cleanWebP copies the picture, its transparency and its colours. Moving pictures are none.
func cleanWebP(b []byte) (clean []byte, turn orientation, ok bool) {
	const head = 12 // RIFF, length, WEBP
	const profileAndAlpha = 0x20 | 0x10
	turn = upright
	clean = append(clean, b[:head]...)
	whole := 8 + int(binary.LittleEndian.Uint32(b[4:]))
	if whole > len(b) {
		return nil, turn, false
	}
	for i := head; i+8 <= whole; {
		length := int(binary.LittleEndian.Uint32(b[i+4:]))
		if length > whole-i-8 {
			return nil, turn, false
		}
		end := min(i+8+length+length%2, whole)
		chunk := slices.Clone(b[i:end])
		switch string(chunk[:4]) {
		case "EXIF":
			turn = orientationOf(bytes.TrimPrefix(chunk[8:8+length], []byte(exifHead)))
		case "VP8X":
			if length < 10 {
				return nil, turn, false
			}
			chunk[8] &= profileAndAlpha
			clean = append(clean, chunk...)
		case "VP8 ", "VP8L", "ALPH", "ICCP":
			clean = append(clean, chunk...)
		}
		i = end
	}
	binary.LittleEndian.PutUint32(clean[4:], uint32(len(clean)-8)) //nolint:gosec // no larger than what was sent, 25 MB
	return clean, turn, true
}
