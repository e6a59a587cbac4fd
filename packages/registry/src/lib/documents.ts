import type { Person } from './legal-rules.ts';
import type { Queryable } from './pools.ts';

/** A document as it is kept. */
export interface DocumentRow {
  readonly document_id: string;
  readonly kind: 'evidence_pack';
  readonly device_id: string;
  readonly request_id: number | null;
  readonly snapshot_sha256: string;
  readonly pdf_sha256: { readonly vi: string; readonly en: string };
  readonly created_by: string;
  readonly created_by_name: string | null;
  readonly created_at: number;
}

export const DOCUMENT_COLUMNS = `document_id, kind, device_id, request_id, snapshot_sha256, pdf_sha256, created_by, created_by_name,
  created_at`;

/** The next id of a series such as `EP-2026`, without gaps: it is given back where the transaction is not committed. */
export async function nextDocumentId(
  client: Queryable,
  tenant: string,
  series: string,
): Promise<string> {
  const { rows } = await client.query<{ last: number }>(
    `INSERT INTO document_numbers (tenant, series, last) VALUES ($1, $2, 1)
     ON CONFLICT (tenant, series) DO UPDATE SET last = document_numbers.last + 1 RETURNING last`,
    [tenant, series],
  );
  return `${series}-${String(rows[0]?.last ?? 1).padStart(6, '0')}`;
}

export async function keepDocument(
  client: Queryable,
  tenant: string,
  document: Omit<DocumentRow, 'created_by' | 'created_by_name' | 'created_at'> & {
    /** JSON. */
    readonly snapshot: string;
  },
  by: Person,
): Promise<DocumentRow> {
  const { rows } = await client.query<DocumentRow>(
    `INSERT INTO documents (tenant, document_id, kind, device_id, request_id, snapshot, snapshot_sha256, pdf_sha256, created_by,
                            created_by_name)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING ${DOCUMENT_COLUMNS}`,
    [
      tenant,
      document.document_id,
      document.kind,
      document.device_id,
      document.request_id,
      document.snapshot,
      document.snapshot_sha256,
      JSON.stringify(document.pdf_sha256),
      by.id,
      by.name,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  return row;
}

/** With its snapshot; undefined: the tenant has no such document. */
export async function readDocument(
  client: Queryable,
  tenant: string,
  id: string,
): Promise<(DocumentRow & { readonly snapshot: unknown }) | undefined> {
  const { rows } = await client.query<DocumentRow & { readonly snapshot: unknown }>(
    `SELECT ${DOCUMENT_COLUMNS}, snapshot FROM documents WHERE tenant = $1 AND document_id = $2`,
    [tenant, id],
  );
  return rows[0];
}
