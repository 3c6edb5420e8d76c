package files_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"fmt"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"

	"hampi/modules/platform/fault"
	"hampi/modules/platform/files"
)

func document(body string) string {
	return "%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + body + "\ntrailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
}

// packed is an object that holds others, compressed, as newer programs write them.
func packed(dictionary, inside string) string {
	GinkgoHelper()
	var small bytes.Buffer
	w := zlib.NewWriter(&small)
	_, err := w.Write([]byte(inside))
	Expect(err).NotTo(HaveOccurred())
	Expect(w.Close()).To(Succeed())
	return fmt.Sprintf("5 0 obj\n<</Type/ObjStm/N 1/First 4%s/Length %d>>stream\r\n%s\r\nendstream endobj", dictionary, small.Len(), small.String())
}

const flate = "/Filter/FlateDecode"

var _ = DescribeTable("a document", func(make func() string, want string) {
	folder := newFolder(GinkgoT().TempDir())
	_, err := files.New(folder, newVault()).Put(context.Background(), clinic, newID(), strings.NewReader(make()))
	if want == "" {
		Expect(err).NotTo(HaveOccurred())
		return
	}
	problems, _ := fault.Fields(err)
	Expect(problems[files.Field]).To(ContainSubstring(want))
	Expect(namesIn(folder)).To(BeEmpty())
},
	Entry("of plain pages is kept", func() string { return document("1 0 obj<</Type/Catalog/OpenAction[3 0 R/Fit]>>endobj") }, ""),
	Entry("of packed pages is kept", func() string { return document(packed(flate, "1 0 <</Type/Catalog>>")) }, ""),
	Entry("that speaks of programs is kept", func() string { return document("1 0 obj<</Title(JavaScript y Launch)>>endobj") }, ""),
	Entry("with a program is refused", func() string { return document("1 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj") }, "trae programas"),
	Entry("with its name in disguise is refused", func() string { return document("1 0 obj<</S/J#61vaScrip#74>>endobj") }, "trae programas"),
	Entry("with a program packed away is refused", func() string { return document(packed(flate, "1 0 <</S /JavaScript /JS 7 0 R>>")) }, "trae programas"),
	Entry("with the last packed name is refused", func() string { return document(packed(flate, "1 0 <</S /Launch")) }, "trae programas"),
	Entry("that starts something is refused", func() string { return document("1 0 obj<</S /Launch /F(calc.exe)>>endobj") }, "trae programas"),
	Entry("with a file inside is refused", func() string { return document("1 0 obj<</Names<</EmbeddedFiles 2 0 R>>>>endobj") }, "trae programas"),
	Entry("whose program lies in a stream is refused", func() string {
		return document("1 0 obj<</Length 40>>stream\n9 0 obj<</S/JavaScript/JS(x)>>endobj\nendstream endobj")
	}, "trae programas"),
	Entry("that is locked is refused", func() string { return document("trailer<</Encrypt 4 0 R>>") }, "protegido con contraseña"),
	Entry("packed in two ways is refused", func() string { return document(packed("/Filter[/ASCIIHexDecode/FlateDecode]", "1 0 <<>>")) }, "no se puede revisar"),
	Entry("packed with a predictor is refused", func() string {
		return document(packed(flate+"/DecodeParms<</Predictor 12>>", "1 0 <<>>"))
	}, "no se puede revisar"),
	Entry("whose packing is damaged is refused", func() string {
		return document("5 0 obj<</Type/ObjStm/Filter/FlateDecode>>stream\nno zlib at all\nendstream endobj")
	}, "no se puede revisar"),
	Entry("packed like a bomb is refused", func() string {
		return document(packed(flate, strings.Repeat("0", 260<<20)))
	}, "no se puede revisar"),
	Entry("with another file behind is refused", func() string {
		return document("") + "PK\x03\x04" + strings.Repeat("zip", 1000)
	}, "dañado"),
)
