//go:build !js

package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Options is where a bucket is and who opens it.
type S3Options struct {
	Endpoint             string // https://s3.sa-east-1.amazonaws.com
	Region               string // "" for stores that have none
	Bucket               string
	AccessKey, SecretKey string
}

// S3 keeps blobs in a bucket of anything that speaks S3.
type S3 struct {
	client *minio.Client
	bucket string
}

// uploadPart is what an upload of unknown length holds in memory, in bytes.
const uploadPart = 8 << 20

// NewS3 opens a bucket that is there already, and says in one line what to do when it does not answer.
func NewS3(ctx context.Context, o S3Options) (*S3, error) {
	address, err := url.Parse(o.Endpoint)
	if err != nil || address.Host == "" || address.Scheme != "https" && address.Scheme != "http" {
		return nil, errors.New("the S3 address cannot be read; write https://host without a path")
	}
	client, err := minio.New(address.Host, &minio.Options{
		Creds: credentials.NewStaticV4(o.AccessKey, o.SecretKey, ""), Secure: address.Scheme == "https", Region: o.Region,
	})
	if err != nil {
		return nil, fmt.Errorf("open the S3 store: %w", err)
	}
	found, err := client.BucketExists(ctx, o.Bucket)
	if err != nil {
		return nil, fmt.Errorf("the S3 store does not answer for the bucket %s; correct the HAMPI_S3_ settings (%w)", o.Bucket, err)
	}
	if !found {
		return nil, fmt.Errorf("the S3 store has no bucket %s; make it first, closed to the public", o.Bucket)
	}
	return &S3{client, o.Bucket}, nil
}

// Put uploads; an object is seen when all of it has arrived, not before.
func (s *S3) Put(ctx context.Context, name string, r io.Reader) error {
	_, err := s.client.PutObject(ctx, s.bucket, name, r, -1, minio.PutObjectOptions{
		ContentType: "application/octet-stream", PartSize: uploadPart, NumThreads: 1,
		DisableContentSha256: true, // the ciphertext proves itself, and stores differ in what else they understand
	})
	return err
}

// Open reads the object of that name.
func (s *S3) Open(ctx context.Context, name string) (io.ReadCloser, error) {
	object, err := s.client.GetObject(ctx, s.bucket, name, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	if _, err := object.Stat(); err != nil { // the request itself waits for the first question
		return nil, errors.Join(missing(err), object.Close())
	}
	return object, nil
}

func missing(err error) error {
	if minio.ToErrorResponse(err).StatusCode == http.StatusNotFound {
		return ErrMissing
	}
	return err
}

// Delete removes the object of that name.
func (s *S3) Delete(ctx context.Context, name string) error {
	if err := missing(s.client.RemoveObject(ctx, s.bucket, name, minio.RemoveObjectOptions{})); !errors.Is(err, ErrMissing) {
		return err
	}
	return nil
}

// List tells all objects of the bucket.
func (s *S3) List(ctx context.Context, tell func(name string, since time.Time) error) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop() // ends the asking when f has failed
	for object := range s.client.ListObjects(ctx, s.bucket, minio.ListObjectsOptions{Recursive: true}) {
		if object.Err != nil {
			return object.Err
		}
		if err := tell(object.Key, object.LastModified); err != nil {
			return err
		}
	}
	return nil
}
