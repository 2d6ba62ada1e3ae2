-- Images that came through the API. Pieces belong to an upload; an image names the upload it was, once that is
-- complete and its bytes were checked. An upload that nobody names and nobody adds to is collected.
CREATE TABLE image_upload (
  id VARCHAR(26) PRIMARY KEY,
  touched_at BIGINT NOT NULL -- microseconds since 1970
);

CREATE TABLE image_piece (
  upload VARCHAR(26) NOT NULL REFERENCES image_upload (id) ON DELETE CASCADE,
  piece INTEGER NOT NULL, -- from 0; all but the last have 1 MiB
  content BYTEA NOT NULL,
  PRIMARY KEY (upload, piece)
);

CREATE TABLE image (
  name VARCHAR(64) PRIMARY KEY,
  upload VARCHAR(26) NOT NULL UNIQUE REFERENCES image_upload (id),
  sha256 CHAR(64) NOT NULL,
  size_bytes BIGINT NOT NULL,
  format VARCHAR(20) NOT NULL,
  min_memory_bytes BIGINT NOT NULL,
  idempotency_key VARCHAR(128) UNIQUE,
  uploaded_at BIGINT NOT NULL -- microseconds since 1970
);
CREATE INDEX image_sha256 ON image (sha256);

-- VMs that were, or are about to be, created of it: it cannot be deleted under them.
CREATE TABLE image_use (
  image VARCHAR(64) NOT NULL REFERENCES image (name),
  vm VARCHAR(120) NOT NULL,
  since BIGINT NOT NULL, -- microseconds since 1970
  PRIMARY KEY (image, vm)
);

-- What an Idempotency-Key deleted.
CREATE TABLE image_deletion (
  idempotency_key VARCHAR(128) PRIMARY KEY,
  name VARCHAR(64) NOT NULL
);
