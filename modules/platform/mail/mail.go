//go:build !js

// Package mail sends letters by SMTP or, without a mail server, writes them as files; never silently nowhere.
// Only jobs use it.
package mail

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/google/uuid"
	gomail "github.com/wneessen/go-mail"
)

// Letter is plain text to one person, with files beside it.
type Letter struct {
	To, Subject, Text string
	Files             []File
}

// File goes along with a letter.
type File struct {
	Name, Type string // receta.pdf, application/pdf
	Content    []byte
}

// Sender takes a letter over; nil means that it left (or lies in the folder).
type Sender interface {
	Send(ctx context.Context, l Letter) error
}

// SMTP sends through a mail server with TLS.
type SMTP struct {
	Host, User, Password, From string
	Port                       int
}

// Send delivers the letter to the mail server.
func (s SMTP) Send(ctx context.Context, l Letter) error {
	message, err := compose(s.From, l)
	if err != nil {
		return err
	}
	options := []gomail.Option{gomail.WithPort(s.Port), gomail.WithTimeout(20 * time.Second), gomail.WithTLSPolicy(gomail.TLSMandatory)}
	if s.Port == 465 {
		options = append(options, gomail.WithSSL())
	}
	if s.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(s.User), gomail.WithPassword(s.Password))
	}
	client, err := gomail.NewClient(s.Host, options...)
	if err != nil {
		return fmt.Errorf("prepare the mail server: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, message); err != nil {
		return fmt.Errorf("send a letter: %w", err)
	}
	return nil
}

// Folder writes each letter as an .eml file, which any mail program opens.
type Folder struct{ Dir, From string }

// Send writes the letter into the folder.
func (f Folder) Send(_ context.Context, l Letter) error {
	message, err := compose(f.From, l)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.Dir, 0o700); err != nil {
		return fmt.Errorf("make the folder for letters: %w", err)
	}
	name, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("name a letter: %w", err)
	}
	draft := filepath.Join(f.Dir, "."+name.String())
	if err := message.WriteToFile(draft); err != nil {
		return fmt.Errorf("write a letter: %w", err)
	}
	return os.Rename(draft, filepath.Join(f.Dir, name.String()+".eml")) // whole or not there
}

func compose(from string, l Letter) (*gomail.Msg, error) {
	message := gomail.NewMsg()
	if err := message.From(from); err != nil {
		return nil, fmt.Errorf("HAMPI_MAIL_FROM is no sender: %w", err)
	}
	if err := message.To(l.To); err != nil {
		return nil, fmt.Errorf("the letter has no address: %w", err)
	}
	message.Subject(l.Subject)
	message.SetMessageID()
	message.SetDate()
	message.SetBodyString(gomail.TypeTextPlain, l.Text)
	for _, f := range l.Files {
		if err := message.AttachReader(f.Name, bytes.NewReader(f.Content), gomail.WithFileContentType(gomail.ContentType(f.Type))); err != nil {
			return nil, fmt.Errorf("put a file into the letter: %w", err)
		}
	}
	return message, nil
}
