//go:build !js

package command

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"golang.org/x/term"

	"hampi/modules/accounts"
	"hampi/modules/platform/clock"
	"hampi/modules/platform/fault"
)

// createAdmin is `hampi admin create`.
func createAdmin(ctx context.Context, h *house, args []string) error {
	if err := subcommand(args, "admin", "create"); err != nil {
		return err
	}
	asked, err := askForAdmin(h.out, os.Stdin, args[1:])
	if err != nil {
		return err
	}
	if err := h.open(ctx); err != nil {
		return err
	}
	vault, err := h.ownVault()
	if err != nil {
		return err
	}
	hasher, err := accounts.NewPasswordHasher(accounts.PasswordParams())
	if err != nil {
		return err
	}
	if err := accounts.NewPlatform(h.db, vault, hasher, clock.System).CreateSuperAdmin(ctx, asked); err != nil {
		return inOneLine(err)
	}
	fmt.Fprintf(h.out, "%s may now sign in and will be asked to set up the second factor first.\n", asked.Email)
	return nil
}

// askForAdmin takes name and e-mail from flags or asks for them. The password is typed twice without echo on a
// terminal; elsewhere it is the first line of the input.
func askForAdmin(out io.Writer, in *os.File, args []string) (accounts.NewSuperAdmin, error) {
	var n accounts.NewSuperAdmin
	flags := flag.NewFlagSet("admin create", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.StringVar(&n.Email, "email", "", "")
	flags.StringVar(&n.Name, "name", "", "")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return n, errors.New("write: hampi admin create [--email address] [--name \"first and last name\"]; the password is asked, or read from the input")
	}
	lines := bufio.NewReader(in)
	terminal := term.IsTerminal(int(in.Fd())) //nolint:gosec // a file number is small
	if terminal {
		if err := errors.Join(askUnless(out, lines, "E-mail: ", &n.Email), askUnless(out, lines, "Name: ", &n.Name)); err != nil {
			return n, err
		}
		return n, typeTwice(out, in, &n.Password)
	}
	if n.Email == "" || n.Name == "" {
		return n, errors.New("without a terminal, --email and --name are needed; the password is the first line of the input")
	}
	return n, askLine(io.Discard, lines, "", &n.Password)
}

func askUnless(out io.Writer, lines *bufio.Reader, prompt string, into *string) error {
	if *into != "" {
		return nil
	}
	return askLine(out, lines, prompt, into)
}

func askLine(out io.Writer, lines *bufio.Reader, prompt string, into *string) error {
	fmt.Fprint(out, prompt)
	line, err := lines.ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || line == "") {
		return errors.New("nothing was typed")
	}
	*into = strings.TrimRight(line, "\r\n")
	return nil
}

func typeTwice(out io.Writer, in *os.File, into *string) error {
	var typed [2]string
	for i, prompt := range []string{"Password (12 characters or more): ", "The same again: "} {
		fmt.Fprint(out, prompt)
		text, err := term.ReadPassword(int(in.Fd())) //nolint:gosec // a file number is small
		fmt.Fprintln(out)
		if err != nil {
			return fmt.Errorf("read the password: %w", err)
		}
		typed[i] = string(text)
	}
	if typed[0] != typed[1] {
		return errors.New("the two passwords differ; nothing was created")
	}
	*into = typed[0]
	return nil
}

// inOneLine joins what a form would show beside its fields.
func inOneLine(err error) error {
	fields, ok := fault.Fields(err)
	if !ok {
		return err
	}
	var words []string
	for _, problem := range fields {
		words = append(words, problem)
	}
	slices.Sort(words)
	return errors.New(strings.Join(words, " "))
}
