package embedded

import (
	"context"
	"os"
	"path/filepath"
	"syscall"

	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
)

// someone is a user who is neither root nor the one PostgreSQL runs as.
const someone = 12345

var _ = Describe("As root", func() {
	var c cluster
	BeforeEach(func() {
		if os.Geteuid() != 0 {
			Skip("only root may try to be others")
		}
		folder, err := filepath.EvalSymlinks(GinkgoT().TempDir())
		Expect(err).NotTo(HaveOccurred())
		closed := filepath.Join(folder, "de otra persona")
		Expect(os.Mkdir(closed, 0o700)).To(Succeed())
		Expect(os.Chown(closed, someone, someone)).To(Succeed())
		p, err := findPrograms(options("").Packages)
		Expect(err).NotTo(HaveOccurred())
		c, err = openCluster(Options{DataDir: filepath.Join(closed, "data"), Fast: true}, p)
		Expect(err).NotTo(HaveOccurred())
	})

	needNamespaces := func(ctx context.Context) {
		if _, err := c.choose(ctx, inNamespaces()); err != nil {
			Skip("this kernel refuses user namespaces")
		}
	}

	runAs := func(ctx context.Context, offers []identity) {
		GinkgoHelper()
		who, err := c.choose(ctx, offers)
		Expect(err).NotTo(HaveOccurred())
		password, err := c.readPassword()
		Expect(err).NotTo(HaveOccurred())
		Expect(c.make(ctx, who, password)).To(Succeed())
		p, err := c.launch(ctx, who, password)
		Expect(err).NotTo(HaveOccurred())
		Expect(c.answers(ctx, p.port, password)).To(BeTrue())
		Expect(serves(p.pid, c.folder())).To(BeTrue())
		Expect(p.stop(ctx, c)).To(Succeed())
	}

	It("runs in a user namespace below another user's closed folder, its files root's own", aMinute, func(ctx SpecContext) {
		needNamespaces(ctx)
		runAs(ctx, inNamespaces())
		Expect(ownerOf(c.folder()).uid).To(Equal(0))
	})

	It("runs as another user where namespaces are refused, and says so", aMinute, func(ctx SpecContext) {
		offers := asServiceUser()
		Expect(offers[0].notice).To(ContainSubstring("runs as the user"))
		runAs(ctx, offers)
		Expect(ownerOf(c.folder()).uid).NotTo(Equal(0))
	})

	It("goes on as the owner of a cluster that another user made", aMinute, func(ctx SpecContext) {
		runAs(ctx, asUser(owner{uid: 65534, gid: 65534}, ""))
		s, err := Start(ctx, Options{DataDir: c.data, Packages: options("").Packages, Fast: true})
		Expect(err).NotTo(HaveOccurred())
		Expect(s.Stop(ctx)).To(Succeed())
		Expect(ownerOf(c.folder()).uid).To(Equal(65534))
	})

	It("hands the cluster over when the kernel stops allowing namespaces", aMinute, func(ctx SpecContext) {
		needNamespaces(ctx)
		runAs(ctx, inNamespaces())
		runAs(ctx, asServiceUser())
	})

	It("says who should start it when nobody may run it", func(ctx SpecContext) {
		_, err := c.choose(ctx, nil)
		Expect(err).To(MatchError(ContainSubstring("start hampi as a user who is not root")))
	})
})

var _ = Describe("A server of our own", func() {
	It("does not hear the Ctrl-C of our terminal", aMinute, func(ctx SpecContext) {
		s := start(ctx, GinkgoT().TempDir())
		group, err := syscall.Getpgid(s.running.pid)
		Expect(err).NotTo(HaveOccurred())
		Expect(group).NotTo(Equal(syscall.Getpgrp()))
	})

	It("is waited for while it goes down", aMinute, func(ctx SpecContext) {
		folder, err := filepath.EvalSymlinks(GinkgoT().TempDir())
		Expect(err).NotTo(HaveOccurred())
		first := start(ctx, folder)
		lingering := connect(ctx, first)
		// The patient kind of shutdown, which lets sessions end by themselves.
		Expect(syscall.Kill(first.running.pid, syscall.SIGTERM)).To(Succeed())
		Eventually(func() string {
			p, _ := first.cluster.readPostmaster()
			return p.status
		}).Should(Equal("stopping"))

		started := make(chan *Server)
		go func() {
			defer GinkgoRecover()
			started <- start(ctx, folder)
		}()
		Consistently(started, "200ms").ShouldNot(Receive())
		Expect(lingering.Close(ctx)).To(Succeed())
		var second *Server
		Eventually(started, "20s").Should(Receive(&second))
		Expect(second.running.pid).NotTo(Equal(first.running.pid))
		Expect(ask(ctx, second, "select 'x'")).To(Equal("x"))

		Expect(second.Stop(ctx)).To(Succeed())
		Expect(running(folder)).To(BeTrue(), "the first still uses the data folder")
		Expect(first.Stop(ctx)).To(Succeed())
		Expect(running(folder)).To(BeFalse(), "the last stops the server there is, not the one there was")
	})
})

var _ = Describe("The map of a namespace", func() {
	It("lets root and the stand-in change places and leaves all others", func() {
		table := filepath.Join(GinkgoT().TempDir(), "uid_map")
		Expect(os.WriteFile(table, []byte("         0          0 4294967295\n"), 0o600)).To(Succeed())
		Expect(swapped(65534, table)).To(HaveExactElements(
			HaveField("HostID", 0), HaveField("ContainerID", 0),
			HaveField("Size", 65533), HaveField("ContainerID", 65535)))
	})

	It("maps root alone where there are not enough numbers", func() {
		Expect(swapped(65534, "/does/not/exist")).To(HaveExactElements(And(
			HaveField("ContainerID", 65534), HaveField("HostID", 0), HaveField("Size", 1))))
	})
})
