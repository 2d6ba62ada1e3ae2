-- Which side of a parted cluster goes on. Written only by compare-and-set, and only this database's clock says when a
-- lease is over.
CREATE TABLE cluster_lease (
  name VARCHAR(255) PRIMARY KEY,
  owner VARCHAR(255) NOT NULL,
  fencing BIGINT NOT NULL, -- one more each time it is taken, for ever
  expires_at TIMESTAMP(6) WITH TIME ZONE NOT NULL
);

-- Nodes that are members now. Whoever starts joins them, rather than taking itself for the first.
CREATE TABLE cluster_roll (
  address VARCHAR(255) PRIMARY KEY,
  expires_at TIMESTAMP(6) WITH TIME ZONE NOT NULL
);
