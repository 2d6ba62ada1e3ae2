-- What lists and the event stream are answered from; all of it can be rebuilt from the journal.
-- state: of the entity, from which its next event goes on; view: as the API shows it. Both as in snapshots.
CREATE TABLE vm_view (
  id VARCHAR(120) PRIMARY KEY,
  area VARCHAR(24) NOT NULL,
  host VARCHAR(120),
  phase VARCHAR(20) NOT NULL,
  state BYTEA NOT NULL,
  view BYTEA NOT NULL
);
CREATE INDEX vm_view_area ON vm_view (area, id);
CREATE INDEX vm_view_host ON vm_view (host, id);

CREATE TABLE host_view (
  id VARCHAR(120) PRIMARY KEY,
  area VARCHAR(24) NOT NULL,
  state BYTEA NOT NULL,
  view BYTEA NOT NULL
);
CREATE INDEX host_view_area ON host_view (area, id);

CREATE TABLE migration_view (
  id VARCHAR(120) PRIMARY KEY,
  vm VARCHAR(120) NOT NULL,
  active BOOLEAN NOT NULL,
  state BYTEA NOT NULL,
  view BYTEA NOT NULL
);
CREATE INDEX migration_view_vm ON migration_view (vm, id);
CREATE INDEX migration_view_active ON migration_view (active, id);

CREATE TABLE operation_view (
  id VARCHAR(120) PRIMARY KEY,
  view BYTEA NOT NULL
);

CREATE TABLE fleet_event (
  sequence BIGINT PRIMARY KEY, -- of the journal
  type VARCHAR(80) NOT NULL,
  subject VARCHAR(120) NOT NULL,
  happened_at BIGINT NOT NULL, -- microseconds since 1970
  facts TEXT NOT NULL            -- JSON
);

-- Which version of events the journal may hold: an older program must not read it.
CREATE TABLE drover_schema (
  event_version INTEGER NOT NULL
);
