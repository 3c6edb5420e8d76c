package files_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing/iotest"
	"time"

	"github.com/google/uuid"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
)

const plainPDF = "%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

var _ = Describe("files", func() {
	var (
		ctx     = context.Background()
		dir     string
		folder  *files.Folder
		storage *files.Storage
	)
	BeforeEach(func() {
		dir = GinkgoT().TempDir()
		folder = newFolder(dir)
		storage = files.New(folder, newVault())
	})

	put := func(content []byte) (files.Stored, files.Ref) {
		GinkgoHelper()
		id := newID()
		stored, err := storage.Put(ctx, clinic, id, iotest.HalfReader(bytes.NewReader(content)))
		Expect(err).NotTo(HaveOccurred())
		return stored, files.Ref{Clinic: clinic, ID: id, Object: stored.Object, SealedKey: stored.SealedKey}
	}

	It("keep a document as it is, unreadable on the disk", func() {
		content := []byte(strings.Replace(plainPDF, "Catalog>>", "Catalog>>% "+strings.Repeat("Luz Quispe, caries ", 20_000), 1))
		stored, ref := put(content)
		sum := sha256.Sum256(content)
		Expect(stored.SHA256).To(Equal(sum[:]))
		Expect(stored).To(And(HaveField("Type", files.PDF), HaveField("Size", int64(len(content))), HaveField("HasThumb", false)))
		Expect(read(storage.Open(ctx, ref))).To(Equal(content))
		Expect(storage.OpenThumb(ctx, ref)).Error().To(MatchError(files.ErrMissing))

		raw, err := os.ReadFile(filepath.Join(dir, stored.Object))
		Expect(err).NotTo(HaveOccurred())
		Expect(raw).NotTo(ContainSubstring("Quispe"))
		again, _ := put(content)
		Expect(again.Object).NotTo(Equal(stored.Object))
	})

	It("open for nobody else, in no other place, and never altered or cut", func() {
		stored, ref := put(photographed(drawn(64, 32), 1))
		for name, wrong := range map[string]files.Ref{
			"another clinic": {Clinic: other, ID: ref.ID, Object: ref.Object, SealedKey: ref.SealedKey},
			"another file":   {Clinic: clinic, ID: newID(), Object: ref.Object, SealedKey: ref.SealedKey},
		} {
			Expect(storage.Open(ctx, wrong)).Error().To(HaveOccurred(), name)
		}
		second, secondRef := put(photographed(drawn(64, 32), 1))
		Expect(os.Rename(filepath.Join(dir, second.Object), filepath.Join(dir, stored.Object))).To(Succeed())
		swapped, err := storage.Open(ctx, ref)
		if err == nil {
			_, err = io.ReadAll(swapped)
		}
		Expect(err).To(HaveOccurred())

		thumb := filepath.Join(dir, second.Object+".mini")
		sealed, err := os.ReadFile(thumb)
		Expect(err).NotTo(HaveOccurred())
		sealed[len(sealed)/2] ^= 1
		Expect(os.WriteFile(thumb, sealed, 0o600)).To(Succeed())
		altered, err := storage.OpenThumb(ctx, secondRef)
		if err == nil {
			_, err = io.ReadAll(altered)
		}
		Expect(err).To(HaveOccurred())
	})

	It("end with an error, not early, when their last bytes are gone", func() {
		stored, ref := put([]byte(strings.Replace(plainPDF, "%%EOF", strings.Repeat("%\n", 200_000)+"%%EOF", 1)))
		path := filepath.Join(dir, stored.Object)
		info, err := os.Stat(path)
		Expect(err).NotTo(HaveOccurred())
		Expect(os.Truncate(path, info.Size()-64<<10)).To(Succeed())
		cut, err := storage.Open(ctx, ref)
		Expect(err).NotTo(HaveOccurred())
		_, err = io.ReadAll(cut)
		Expect(err).To(HaveOccurred())
	})

	It("lose, as photos, where they were taken and what hangs behind, and keep the picture bit by bit", func() {
		stored, ref := put(photographed(drawn(400, 200), 1))
		Expect(stored).To(And(HaveField("Type", files.JPEG), HaveField("Width", 400), HaveField("Height", 200), HaveField("HasThumb", true)))
		kept := read(storage.Open(ctx, ref))
		Expect(kept).To(Equal(asJPEG(drawn(400, 200))))
		sum := sha256.Sum256(kept)
		Expect(stored.SHA256).To(Equal(sum[:]))
		Expect(stored.Size).To(Equal(int64(len(kept))))

		thumb, err := jpeg.Decode(bytes.NewReader(read(storage.OpenThumb(ctx, ref))))
		Expect(err).NotTo(HaveOccurred())
		Expect(thumb.Bounds().Size()).To(Equal(image.Pt(320, 160)))
	})

	DescribeTable("are turned, as photos, the way the camera was held", func(orientation byte, size, red, blue image.Point) {
		for _, subsampled := range []bool{true, false} {
			var taken image.Image = drawn(60, 40)
			if !subsampled { // grey has one plane: dark and light in place of red and blue
				grey := image.NewGray(taken.Bounds())
				for y := range 40 {
					for x := range 60 {
						grey.SetGray(x, y, color.Gray{Y: uint8(200 * min(1, x/30))})
					}
				}
				taken = grey
			}
			stored, ref := put(photographed(taken, orientation))
			Expect(image.Pt(stored.Width, stored.Height)).To(Equal(size))
			kept := read(storage.Open(ctx, ref))
			Expect(kept).NotTo(ContainSubstring(secret))
			picture, err := jpeg.Decode(bytes.NewReader(kept))
			Expect(err).NotTo(HaveOccurred())
			r, _, b, _ := picture.At(red.X, red.Y).RGBA()
			r2, _, b2, _ := picture.At(blue.X, blue.Y).RGBA()
			if subsampled {
				Expect([]bool{r > b, r2 > b2}).To(Equal([]bool{true, false}))
			} else {
				Expect(r).To(BeNumerically("<", r2))
			}
		}
	},
		Entry("upright", byte(1), image.Pt(60, 40), image.Pt(5, 20), image.Pt(55, 20)),
		Entry("mirrored", byte(2), image.Pt(60, 40), image.Pt(55, 20), image.Pt(5, 20)),
		Entry("upside down", byte(3), image.Pt(60, 40), image.Pt(55, 20), image.Pt(5, 20)),
		Entry("flipped", byte(4), image.Pt(60, 40), image.Pt(5, 20), image.Pt(55, 20)),
		Entry("transposed", byte(5), image.Pt(40, 60), image.Pt(20, 5), image.Pt(20, 55)),
		Entry("clockwise", byte(6), image.Pt(40, 60), image.Pt(20, 5), image.Pt(20, 55)),
		Entry("across", byte(7), image.Pt(40, 60), image.Pt(20, 55), image.Pt(20, 5)),
		Entry("counter-clockwise", byte(8), image.Pt(40, 60), image.Pt(20, 55), image.Pt(20, 5)),
		Entry("nonsense", byte(99), image.Pt(60, 40), image.Pt(5, 20), image.Pt(55, 20)),
	)

	It("are kept as PNG and WebP too, without what is written into them", func() {
		plain := asPNG(drawn(20, 10))
		text := chunk("tEXt", []byte("Author\x00"+secret))
		sent := append(append(append([]byte{}, plain[:33]...), text...), plain[33:]...)
		stored, ref := put(append(sent, "PK\x03\x04 another file"...))
		Expect(stored).To(And(HaveField("Type", files.PNG), HaveField("Width", 20), HaveField("HasThumb", true)))
		Expect(read(storage.Open(ctx, ref))).To(Equal(plain))

		pixel := webpChunk("VP8L", []byte("\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"))
		head := webpChunk("VP8X", []byte{0x08, 0, 0, 0, 0, 0, 0, 0, 0, 0})
		stored, ref = put(riff(head, pixel, webpChunk("EXIF", exif(1))))
		Expect(stored.Type).To(Equal(files.WebP))
		Expect(read(storage.Open(ctx, ref))).To(Equal(riff(webpChunk("VP8X", make([]byte, 10)), pixel)))
		stored, ref = put(riff(head, pixel, webpChunk("EXIF", exif(6))))
		Expect(stored.Type).To(Equal(files.JPEG))
		Expect(read(storage.Open(ctx, ref))).NotTo(ContainSubstring(secret))
	})

	DescribeTable("are refused in words, and leave nothing", func(content []byte, want string) {
		_, err := storage.Put(ctx, clinic, newID(), bytes.NewReader(content))
		problems, _ := fault.Fields(err)
		Expect(problems[files.Field]).To(ContainSubstring(want))
		Expect(namesIn(folder)).To(BeEmpty())
	},
		Entry("nothing", nil, "está vacío"),
		Entry("a program", []byte("MZ\x90\x00 this program cannot be run"), "de otro tipo"),
		Entry("a page", []byte("<!doctype html><script>alert(1)</script>"), "de otro tipo"),
		Entry("a drawing that is a page", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "de otro tipo"),
		Entry("a moving picture", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "de otro tipo"),
		Entry("a photo of an iPhone", append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), make([]byte, 100)...), "Guarde la foto como JPEG"),
		Entry("half a photo", asHalf(), "dañado"),
		Entry("a head without a photo", []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"), "dañado"),
		Entry("a bomb", bomb(60_000, 60_000), "60000 × 60000"),
		Entry("a strip", bomb(70_000, 1), "70000 × 1"),
		Entry("a document that is cut", []byte("%PDF-1.7\n1 0 obj\n"), "dañado"),
		Entry("a document behind something else", []byte("GIF89a;\n"+plainPDF), "dañado"),
	)

	It("are refused beyond 25 MB, however much more is announced or comes, without reading it", func() {
		for _, start := range []string{"%PDF-1.7\n", string(asJPEG(drawn(8, 8)))} {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			endless := &counted{from: io.MultiReader(strings.NewReader(start), zeros{})}
			_, err := storage.Put(ctx, clinic, newID(), io.LimitReader(endless, 2<<30))
			Expect(fault.KindOf(err)).To(Equal(fault.TooLarge))
			Expect(err).To(MatchError(ContainSubstring("25 MB")))
			Expect(endless.n).To(BeNumerically("<", files.MaxBytes+1<<20))
			runtime.ReadMemStats(&after)
			Expect(after.TotalAlloc - before.TotalAlloc).To(BeNumerically("<", 8*files.MaxBytes))
			Expect(namesIn(folder)).To(BeEmpty())
		}
	})

	It("are refused when the sending breaks off", func() {
		for _, start := range []string{plainPDF[:20], string(asJPEG(drawn(8, 8))[:300])} {
			_, err := storage.Put(ctx, clinic, newID(), io.MultiReader(strings.NewReader(start), iotest.ErrReader(io.ErrUnexpectedEOF)))
			problems, _ := fault.Fields(err)
			Expect(problems[files.Field]).To(ContainSubstring("incompleto"))
			Expect(namesIn(folder)).To(BeEmpty())
		}
	})

	It("are a failure, not a refusal, when the store takes no more", func() {
		full := files.New(fullDisk{folder}, newVault())
		for _, content := range [][]byte{[]byte(plainPDF + strings.Repeat("\n", 500_000) + "%%EOF"), asJPEG(drawn(8, 8))} {
			_, err := full.Put(ctx, clinic, newID(), bytes.NewReader(content))
			Expect(err).To(MatchError(errFull))
			Expect(fault.KindOf(err)).To(Equal(fault.Unexpected))
		}
	})

	It("are collected when no row names them for a day; those of a clinic that is not here are left", func() {
		named, _ := put(photographed(drawn(64, 32), 1))
		orphan, _ := put(photographed(drawn(64, 32), 1))
		elsewhere, err := storage.Put(ctx, other, newID(), strings.NewReader(plainPDF))
		Expect(err).NotTo(HaveOccurred())
		shard := filepath.Dir(orphan.Object)
		half := filepath.ToSlash(filepath.Join(shard, ".nuevo-"+filepath.Base(orphan.Object)))
		Expect(os.WriteFile(filepath.Join(dir, half), []byte("half"), 0o600)).To(Succeed())
		Expect(os.WriteFile(filepath.Join(dir, "LÉAME"), []byte("somebody's"), 0o600)).To(Succeed())
		rows := rowsOf{clinic: {named.Object: true}}

		now := time.Now()
		collect := func() (int, error) {
			return files.NewCollector(storage, rows, func() time.Time { return now }).Collect(ctx)
		}
		Expect(collect()).To(BeZero())
		now = now.Add(files.OrphanAge + time.Minute)
		Expect(collect()).To(Equal(3))
		Expect(namesIn(folder)).To(ConsistOf(named.Object, named.Object+".mini", elsewhere.Object, "LÉAME"))
		Expect(collect()).To(BeZero())
	})
})

func asHalf() []byte {
	whole := asJPEG(drawn(400, 400))
	return whole[:len(whole)/2]
}

// bomb is a PNG of a few bytes that says it is that large.
func bomb(w, h uint32) []byte {
	small := asPNG(drawn(1, 1))
	head := []byte{byte(w >> 24), byte(w >> 16), byte(w >> 8), byte(w), byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h), 8, 2, 0, 0, 0}
	return append(append(append([]byte{}, small[:8]...), chunk("IHDR", head)...), small[33:]...)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

type counted struct {
	from io.Reader
	n    int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	return n, err
}

var errFull = errors.New("no space left on device")

// fullDisk takes a little and then no more.
type fullDisk struct{ files.Blobs }

func (fullDisk) Put(_ context.Context, _ string, r io.Reader) error {
	_, err := io.CopyN(io.Discard, r, 10)
	return errors.Join(errFull, err)
}

// rowsOf are the objects that each clinic's rows name.
type rowsOf map[uuid.UUID]map[string]bool

func (r rowsOf) Named(_ context.Context, clinic uuid.UUID, _ []string) (map[string]bool, bool, error) {
	named, known := r[clinic]
	return named, known, nil
}
