//go:build !js

package modules

import (
	"context"

	"hampi/config"
	"hampi/modules/platform/files"
	"hampi/modules/platform/pii"
)

// OpenStorage opens where photos and documents are kept: the bucket of the settings, or else their folder. Call close
// at the end.
func OpenStorage(ctx context.Context, c config.Config, vault *pii.Vault) (storage *files.Storage, closeIt func() error, err error) {
	if c.S3Bucket == "" {
		folder, err := files.NewFolder(c.FilesDir)
		if err != nil {
			return nil, nil, err
		}
		return files.New(folder, vault), folder.Close, nil
	}
	bucket, err := files.NewS3(ctx, files.S3Options{
		Endpoint: c.S3Endpoint, Region: c.S3Region, Bucket: c.S3Bucket, AccessKey: c.S3AccessKey, SecretKey: c.S3SecretKey,
	})
	if err != nil {
		return nil, nil, err
	}
	return files.New(bucket, vault), func() error { return nil }, nil
}
