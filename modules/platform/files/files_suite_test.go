package files_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"testing"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/files"
	"hampi/modules/platform/pii"
	"hampi/modules/platform/pii/piitest"
)

func TestFiles(t *testing.T) {
	RegisterFailHandler(Fail)
	RunSpecs(t, "Files")
}

var (
	clinic = uuid.Must(uuid.NewV7())
	other  = uuid.Must(uuid.NewV7())
	noon   = time.Date(2026, 11, 24, 17, 0, 0, 0, time.UTC)
)

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func newVault() *pii.Vault { return piitest.Vault(func() time.Time { return noon }) }

// newFolder is a folder of the spec's own.
func newFolder(dir string) *files.Folder {
	GinkgoHelper()
	folder, err := files.NewFolder(dir)
	Expect(err).NotTo(HaveOccurred())
	DeferCleanup(folder.Close)
	return folder
}

func namesIn(blobs files.Blobs) (names []string) {
	GinkgoHelper()
	Expect(blobs.List(context.Background(), func(name string, _ time.Time) error {
		names = append(names, name)
		return nil
	})).To(Succeed())
	return names
}

// read reads what Open or OpenThumb gave.
func read(r io.ReadCloser, err error) []byte {
	GinkgoHelper()
	Expect(err).NotTo(HaveOccurred())
	content, err := io.ReadAll(r)
	Expect(errors.Join(err, r.Close())).To(Succeed())
	return content
}

// drawn is a picture whose left half is red and right half is blue, so that a turn is seen.
func drawn(w, h int) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 220, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 220, A: 255}
			}
			picture.SetRGBA(x, y, c)
		}
	}
	return picture
}

func asJPEG(picture image.Image) []byte {
	GinkgoHelper()
	var out bytes.Buffer
	Expect(jpeg.Encode(&out, picture, nil)).To(Succeed())
	return out.Bytes()
}

func asPNG(picture image.Image) []byte {
	GinkgoHelper()
	var out bytes.Buffer
	Expect(png.Encode(&out, picture)).To(Succeed())
	return out.Bytes()
}

const secret = "-12.0464,-77.0428 taken by somebody"

// exif says how a camera was held, and where.
func exif(orientation byte) []byte {
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00")
	tiff = append(tiff, orientation, 0, 0, 0, 0, 0, 0)
	return append(tiff, secret...)
}

// photographed is a JPEG as a phone writes it: with EXIF, a comment, and another file behind its end.
func photographed(picture image.Image, orientation byte) []byte {
	GinkgoHelper()
	plain := asJPEG(picture)
	out := append([]byte{}, plain[:2]...)
	out = append(out, segment(0xE1, append([]byte("Exif\x00\x00"), exif(orientation)...))...)
	out = append(out, segment(0xE2, []byte("MPF\x00"+secret))...)
	out = append(out, segment(0xFE, []byte(secret))...)
	out = append(out, plain[2:]...)
	return append(out, "PK\x03\x04"+secret+"<script>alert(1)</script>"...)
}

func segment(marker byte, content []byte) []byte {
	head := binary.BigEndian.AppendUint16([]byte{0xFF, marker}, uint16(len(content)+2))
	return append(head, content...)
}

// chunk is a piece of a PNG.
func chunk(name string, content []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	out = append(append(out, name...), content...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// riff is a WebP of these chunks.
func riff(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

func webpChunk(name string, content []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(content)))
	return append(append(out, content...), make([]byte, len(content)%2)...)
}
