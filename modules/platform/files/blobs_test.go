package files_test

import (
	"context"
	"errors"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing/iotest"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/files"
)

// bucket is a bucket of an S3 store in this process.
func bucket() *files.S3 {
	GinkgoHelper()
	backend := s3mem.New()
	Expect(backend.CreateBucket("hampi")).To(Succeed())
	server := httptest.NewServer(gofakes3.New(backend).Server())
	DeferCleanup(server.Close)
	s3, err := files.NewS3(context.Background(), s3Options(server.URL, "hampi"))
	Expect(err).NotTo(HaveOccurred())
	return s3
}

func s3Options(endpoint, name string) files.S3Options {
	return files.S3Options{Endpoint: endpoint, Region: "us-east-1", Bucket: name, AccessKey: "a", SecretKey: "b"}
}

var _ = DescribeTable("a store of blobs", func(make func() files.Blobs) {
	ctx, blobs := context.Background(), make()
	big := strings.Repeat("0123456789abcdef", 600_000) // more than one part of an upload

	Expect(blobs.Put(ctx, "a/b/one", strings.NewReader("uno"))).To(Succeed())
	Expect(blobs.Put(ctx, "a/c/big", strings.NewReader(big))).To(Succeed())
	Expect(string(read(blobs.Open(ctx, "a/b/one")))).To(Equal("uno"))
	Expect(string(read(blobs.Open(ctx, "a/c/big"))) == big).To(BeTrue())

	By("leaving nothing of what broke off")
	cut := errors.New("the line is cut")
	for name, start := range map[string]string{"a/b/short": "dos", "a/b/long": big} {
		Expect(blobs.Put(ctx, name, io.MultiReader(strings.NewReader(start), iotest.ErrReader(cut)))).To(MatchError(ContainSubstring("cut")))
		Expect(blobs.Open(ctx, name)).Error().To(MatchError(files.ErrMissing))
	}
	since := map[string]time.Time{}
	Expect(blobs.List(ctx, func(name string, at time.Time) error { since[name] = at; return nil })).To(Succeed())
	Expect(since).To(And(HaveLen(2), HaveKeyWithValue("a/b/one", BeTemporally("~", time.Now(), time.Minute)), HaveKey("a/c/big")))
	Expect(blobs.List(ctx, func(string, time.Time) error { return cut })).To(MatchError(cut))

	By("forgetting, twice too")
	Expect(blobs.Delete(ctx, "a/b/one")).To(Succeed())
	Expect(blobs.Delete(ctx, "a/b/one")).To(Succeed())
	Expect(blobs.Open(ctx, "a/b/one")).Error().To(MatchError(files.ErrMissing))
},
	Entry("in a folder", func() files.Blobs {
		return newFolder(filepath.Join(GinkgoT().TempDir(), "datos de la clínica", "files"))
	}),
	Entry("in a bucket", func() files.Blobs { return bucket() }),
)

var _ = Describe("a folder", func() {
	It("lets nobody else in, and writes to no place outside", func() {
		dir := filepath.Join(GinkgoT().TempDir(), "files")
		folder := newFolder(dir)
		Expect(folder.Put(context.Background(), "a/b/one", strings.NewReader("uno"))).To(Succeed())
		for path, mode := range map[string]os.FileMode{"": 0o700, "a": 0o700, "a/b": 0o700, "a/b/one": 0o600} {
			info, err := os.Stat(filepath.Join(dir, path))
			Expect(err).NotTo(HaveOccurred())
			Expect(info.Mode().Perm()).To(Equal(mode), path)
		}
		Expect(folder.Put(context.Background(), "../outside", strings.NewReader("x"))).NotTo(Succeed())
		Expect(filepath.Join(dir, "..", "outside")).NotTo(BeAnExistingFile())
	})
})

var _ = DescribeTable("a bucket that cannot be used is refused in one line", func(options func(server string) files.S3Options, want string) {
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	DeferCleanup(server.Close)
	_, err := files.NewS3(context.Background(), options(server.URL))
	Expect(err).To(MatchError(ContainSubstring(want)))
	Expect(err.Error()).NotTo(ContainSubstring("\n"))
},
	Entry("not there", func(server string) files.S3Options { return s3Options(server, "nowhere") }, "has no bucket nowhere"),
	Entry("no address", func(string) files.S3Options { return s3Options("s3.example.com", "hampi") }, "write https://host"),
)
