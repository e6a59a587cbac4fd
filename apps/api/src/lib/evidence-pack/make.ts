import type { CustomerRequest, EvidencePack } from '@verimeter/api-schema';
import { writePdf } from '@verimeter/documents';
import {
  type DocumentRow,
  keepDocument,
  nextDocumentId,
  type Person,
  type Queryable,
  readDocument,
} from '@verimeter/registry';
import { evidencePackContent } from '@verimeter/printed-forms';
import { canonicalJson, sha256 } from '../canonical-json.ts';
import type { Source } from '../reading-buckets.ts';
import { collectEvidence } from './collect.ts';
import { dayIn } from './register-record.ts';

export interface EvidenceWish {
  readonly tenant: string;
  readonly zone: string;
  readonly deviceId: string;
  readonly request: CustomerRequest | null;
  /** Days of readings. */
  readonly days: number;
  readonly by: Person;
  /** Address of the page of documents, before the id; null: made offline. */
  readonly linkBase: string | null;
  /** Microseconds since 1970. */
  readonly nowUs: number;
}

/** The file of a document in a language: the same bytes for the same snapshot. */
export function printEvidencePack(
  pack: EvidencePack,
  snapshotSha256: string,
  language: 'vi' | 'en',
): Promise<Uint8Array> {
  return writePdf(evidencePackContent(pack, snapshotSha256, language));
}

/** Collects the evidence and keeps it as a document; undefined: the tenant has no such device. */
export async function makeEvidencePack(
  source: Source,
  wish: EvidenceWish,
): Promise<DocumentRow | undefined> {
  const { tenant, zone, deviceId, nowUs, request, by } = wish;
  const { client } = source;
  const known = await client.query('SELECT FROM devices WHERE tenant = $1 AND device_id = $2', [
    tenant,
    deviceId,
  ]);
  if (known.rowCount === 0) return undefined;
  const id = await nextDocumentId(client, tenant, `EP-${dayIn(zone, nowUs).slice(0, 4)}`);
  const pack = await collectEvidence(source, {
    ...wish,
    documentId: id,
    link: wish.linkBase === null ? null : `${wish.linkBase}${id}`,
  });
  if (pack === undefined) return undefined;
  const snapshot = canonicalJson(pack);
  const hash = sha256(snapshot);
  return keepDocument(
    client,
    tenant,
    {
      document_id: id,
      kind: 'evidence_pack',
      device_id: deviceId,
      request_id: request?.id ?? null,
      snapshot,
      snapshot_sha256: hash,
      pdf_sha256: {
        vi: sha256(await printEvidencePack(pack, hash, 'vi')),
        en: sha256(await printEvidencePack(pack, hash, 'en')),
      },
    },
    by,
  );
}

/** A document that was made; undefined: the tenant has no such. */
export async function storedEvidencePack(
  client: Queryable,
  tenant: string,
  id: string,
): Promise<{ readonly row: DocumentRow; readonly pack: EvidencePack } | undefined> {
  const stored = await readDocument(client, tenant, id);
  if (stored === undefined) return undefined;
  const { snapshot, ...row } = stored;
  // Only what `makeEvidencePack` built is written there.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { row, pack: snapshot as EvidencePack };
}
