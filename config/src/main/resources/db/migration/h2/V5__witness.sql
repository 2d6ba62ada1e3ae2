-- What this cluster's control nodes have promised as witnesses: none of them vouches for that lease epoch of the host, or
-- one below it, ever again. The epoch only rises.
CREATE TABLE witness_revocation (
  witness VARCHAR(40) NOT NULL, -- name of the control node
  host VARCHAR(120) NOT NULL,
  lease_epoch BIGINT NOT NULL,
  PRIMARY KEY (witness, host)
);
