package container

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// maxMembers limits the members of a zip: each is opened and held.
const maxMembers = 10_000

func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// localNames returns the name of the first member of a zip, from the head of the file.
func localNames(head []byte) []string {
	const fixed = 30
	if len(head) < fixed {
		return nil
	}
	name := head[fixed:]
	return []string{string(name[:min(len(name), int(binary.LittleEndian.Uint16(head[26:])))])}
}

// findMembers makes a part of each member of the zip that may be a report.
func (f *File) findMembers(ctx context.Context, size int64) error {
	archive, err := zip.NewReader(f.file, size)
	if err != nil {
		return damaged("zip", err)
	}
	var names []string
	for _, member := range archive.File {
		names = append(names, member.Name)
	}
	switch is := zipped(names); {
	case len(names) == 0:
		return errors.New("the zip is empty; download the report again")
	case len(names) > maxMembers:
		return fmt.Errorf("the zip has more than %d members; unpack it and import the reports in it", maxMembers)
	case !errors.Is(is, nestedZip):
		return is
	}
	for _, member := range archive.File {
		if isLitter(member.Name) {
			continue
		}
		if err := f.addMember(ctx, member); err != nil {
			return fmt.Errorf("%s in the zip: %w", printable(member.Name), err)
		}
	}
	return f.mustHaveParts()
}

// addMember adds a member to the parts, or to those skipped. It returns an error if the member may hold a report but is not one.
func (f *File) addMember(ctx context.Context, member *zip.File) error {
	if encrypted := member.Flags&1 != 0; encrypted {
		return errors.New("it is encrypted; unpack the zip with its password and import the files in it")
	}
	if f.left -= int64(min(member.UncompressedSize64, uint64(f.left)+1)); f.left < 0 { // the reader holds a member to this size
		return errUnpackedSize
	}
	part := &Part{Name: printable(member.Name), Size: int64(member.UncompressedSize64), open: func() (io.ReadCloser, error) {
		content, err := member.Open()
		if errors.Is(err, zip.ErrAlgorithm) {
			return nil, errors.New("it is compressed by a method that is not supported; unpack the zip and import the files in it")
		}
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return unzipped{content}, damaged("zip", err)
	}}
	head, err := part.head()
	if err == nil {
		err = f.unpack(ctx, part, head)
	}
	if is := (*foreignError)(nil); errors.As(err, &is) && !is.holdsRows {
		f.Skipped = append(f.Skipped, Skipped{Name: part.Name, Reason: "it is " + is.what})
		return nil
	}
	if err == nil {
		f.Parts = append(f.Parts, part)
	}
	return err
}

func (f *File) mustHaveParts() error {
	switch {
	case len(f.Parts) > 0:
		return nil
	case len(f.Skipped) == 0:
		return errors.New("the zip contains no file but folders and what the system keeps in them; download the report again")
	}
	return fmt.Errorf("the zip contains no report; %s in it: %s", f.Skipped[0].Name, f.Skipped[0].Reason)
}

// isLitter reports whether a member is a folder, or what systems put into each.
func isLitter(name string) bool {
	path := strings.Split(strings.ToLower(strings.ReplaceAll(name, `\`, "/")), "/")
	switch base := path[len(path)-1]; base {
	case "", ".ds_store", "thumbs.db", "desktop.ini":
		return true
	default:
		return path[0] == "__macosx" || strings.HasPrefix(base, "._")
	}
}

// printable returns a name as UTF-8 in one line. Old programs write names in the code page of their system.
func printable(name string) string { return OneLine(strings.ToValidUTF8(name, "\ufffd")) }

// unzipped is the content of a member.
type unzipped struct{ io.ReadCloser }

func (u unzipped) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	return n, damaged("zip", err)
}
