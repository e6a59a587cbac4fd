-- Requests of customers with their legal clocks, the holidays that the clocks count, and documents (docs/evidence-packs.md,
-- docs/decisions/0199).

-- Days of a tenant that differ from those the week and the law's fixed holidays give (packages/metrology, working-days.ts).
CREATE TABLE holidays (
  tenant           text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  day              date NOT NULL,
  is_working       boolean NOT NULL DEFAULT false, -- true: worked though weekend or holiday, such as a Saturday in exchange
  name             text NOT NULL,
  entered_by       text NOT NULL,
  entered_by_name  text,
  entered_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, day)
);
SELECT protect_tenant_table('holidays');
GRANT SELECT, INSERT, UPDATE, DELETE ON holidays TO verimeter_service, verimeter_app;

CREATE TABLE customer_requests (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant           text COLLATE "C" NOT NULL,
  device_id        text COLLATE "C" NOT NULL,
  kind             text NOT NULL CHECK (kind IN ('complaint', 'check', 'independent_verification')),
  utility          text NOT NULL CHECK (utility IN ('electricity', 'water')),
  received_on      date NOT NULL,           -- a day of the tenant
  reference        text,                    -- the customer's or the utility's own number; no personal data is needed
  note             text,
  clock            jsonb,                   -- packages/metrology, RequestClock; null: no rule gives one
  due_on           date,                    -- last day of the clock, or the day agreed with the customer
  is_due_agreed    boolean NOT NULL DEFAULT false,
  status           text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'answered', 'closed')),
  answered_on      date,                    -- a day of the tenant
  entered_by       text NOT NULL,
  entered_by_name  text,
  entered_at       timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (tenant, device_id) REFERENCES devices,
  UNIQUE (tenant, id),
  CHECK (status = 'open' OR answered_on IS NOT NULL)
);
CREATE INDEX customer_requests_due ON customer_requests (tenant, status, due_on, id);
CREATE INDEX customer_requests_newest ON customer_requests (tenant, received_on DESC, id DESC);
CREATE INDEX customer_requests_device ON customer_requests (tenant, device_id);
SELECT protect_tenant_table('customer_requests');
GRANT SELECT, INSERT, UPDATE ON customer_requests TO verimeter_service, verimeter_app;

-- What was done with a request, by whom.
CREATE TABLE customer_request_events (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant      text COLLATE "C" NOT NULL,
  request_id  bigint NOT NULL,
  status      text CHECK (status IN ('open', 'answered', 'closed')), -- null: it stayed as it was
  comment     text,
  document_id text COLLATE "C",
  by_id       text NOT NULL,
  by_name     text,
  at          timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (tenant, request_id) REFERENCES customer_requests (tenant, id) ON DELETE CASCADE
);
CREATE INDEX customer_request_events_of ON customer_request_events (tenant, request_id, id);
SELECT protect_tenant_table('customer_request_events');
GRANT SELECT, INSERT ON customer_request_events TO verimeter_service, verimeter_app;

-- The last number of each kind of document and year.
CREATE TABLE document_numbers (
  tenant  text COLLATE "C" NOT NULL REFERENCES tenants ON DELETE CASCADE,
  series  text COLLATE "C" NOT NULL, -- EP-2026
  last    integer NOT NULL,
  PRIMARY KEY (tenant, series)
);
SELECT protect_tenant_table('document_numbers');
GRANT SELECT, INSERT, UPDATE ON document_numbers TO verimeter_service, verimeter_app;

-- Documents as they were made: nobody may change or delete one. The printed form is a function of the snapshot.
CREATE TABLE documents (
  tenant           text COLLATE "C" NOT NULL,
  document_id      text COLLATE "C" NOT NULL CHECK (document_id ~ '^[A-Z]{2}-[0-9]{4}-[0-9]{6,}$'),
  kind             text NOT NULL CHECK (kind IN ('evidence_pack')),
  device_id        text COLLATE "C" NOT NULL,
  request_id       bigint,
  snapshot         jsonb NOT NULL,          -- packages/api-schema, evidence-pack.ts
  snapshot_sha256  text NOT NULL,           -- of the JSON with its keys in order
  pdf_sha256       jsonb NOT NULL,          -- {"vi", "en"}: of the file as it was made
  created_by       text NOT NULL,
  created_by_name  text,
  created_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant, document_id),
  FOREIGN KEY (tenant, device_id) REFERENCES devices,
  FOREIGN KEY (tenant, request_id) REFERENCES customer_requests (tenant, id)
);
CREATE INDEX documents_newest ON documents (tenant, created_at DESC, document_id DESC);
CREATE INDEX documents_request ON documents (tenant, request_id) WHERE request_id IS NOT NULL;
CREATE INDEX documents_device ON documents (tenant, device_id);
SELECT protect_tenant_table('documents');
GRANT SELECT, INSERT ON documents TO verimeter_service, verimeter_app;
