import { createHash } from 'node:crypto';
import type { CustomerRequest, StoredDocument } from '@verimeter/api-schema';
import {
  DOCUMENT_COLUMNS,
  type DocumentRow,
  type PoolClient,
  noteOnRequest,
  readCustomerRequest,
  readToday,
  timestamptzOrNull,
} from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Principal } from '../authentication.ts';
import { atOnce } from '../at-once.ts';
import type { ApiContext } from '../context.ts';
import { toCustomerRequest } from '../customer-request-item.ts';
import { languageOf } from '../evidence.ts';
import { makeEvidencePack, printEvidencePack, storedEvidencePack } from '../evidence-pack/make.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { personOf } from '../person.ts';
import { notFound } from '../problem-error.ts';

const afterDocument = z.tuple([z.number(), z.string()]);

function toDocument(row: DocumentRow): StoredDocument {
  return {
    id: row.document_id,
    kind: row.kind,
    device_id: row.device_id,
    request_id: row.request_id,
    created_by: { id: row.created_by, name: row.created_by_name },
    created_at: formatTimestamp(row.created_at),
    snapshot_sha256: row.snapshot_sha256,
    pdf_sha256: { ...row.pdf_sha256 },
  };
}

/** Where the page of a document is, as the one who makes it reaches the dashboard. */
const linkBaseOf = (request: FastifyRequest): string =>
  `${request.protocol}://${request.host}/#/documents/`;

/** @throws {ProblemError} `not_found` */
async function requireDocument(client: PoolClient, tenant: string, id: string) {
  const found = await storedEvidencePack(client, tenant, id);
  if (found === undefined) throw notFound('document', id);
  return found;
}

/** Packs of a tenant wait for each other's numbers, each with one of the ten connections of the API. */
const AT_ONCE = 3;

export function registerDocumentRoutes(app: FastifyInstance, context: ApiContext): void {
  const limited = atOnce(AT_ONCE, 'packs of evidence');
  async function make(
    client: PoolClient,
    call: { readonly principal: Principal; readonly request: FastifyRequest },
    deviceId: string,
    days: number,
    request: CustomerRequest | null,
  ): Promise<StoredDocument> {
    const { principal } = call;
    const readings = await context.tenantReadings();
    const made = await limited(() =>
      makeEvidencePack(
        { client, readings },
        {
          tenant: principal.tenant,
          zone: principal.zone,
          deviceId,
          request,
          days,
          by: personOf(principal),
          linkBase: linkBaseOf(call.request),
          nowUs: context.nowUs(),
        },
      ),
    );
    if (made === undefined) throw notFound('device', deviceId);
    return toDocument(made);
  }

  mountTenantOperation(app, context, 'makeEvidencePack', (client, call) =>
    make(client, call, call.params.device_id, call.body.days, null),
  );

  mountTenantOperation(app, context, 'makeRequestEvidencePack', async (client, call) => {
    const { principal, params, body } = call;
    const { tenant } = principal;
    const row = await readCustomerRequest(client, tenant, params.id, true);
    if (row === undefined) throw notFound('request', params.id);
    const request = toCustomerRequest(row, await readToday(client, tenant));
    const document = await make(client, call, row.device_id, body.days, request);
    await noteOnRequest(client, tenant, row.id, { documentId: document.id }, personOf(principal));
    return document;
  });

  mountTenantOperation(app, context, 'listDocuments', async (client, { principal, query }) => {
    const { tenant } = principal;
    const page = pageOf({ list: 'documents', tenant }, query, afterDocument);
    const { rows } = await client.query<DocumentRow>(
      `SELECT ${DOCUMENT_COLUMNS} FROM documents
        WHERE ($1::text[] IS NULL OR kind = ANY ($1)) AND ($2::text IS NULL OR device_id = $2)
          AND ($3::bigint IS NULL OR request_id = $3)
          AND ($4::timestamptz IS NULL OR (created_at, document_id) < ($4, $5::text))
        ORDER BY created_at DESC, document_id DESC LIMIT $6`,
      [
        query.kind ?? null,
        query.device_id ?? null,
        query.request_id ?? null,
        timestamptzOrNull(page.after?.[0]),
        page.after?.[1] ?? null,
        page.limit + 1,
      ],
    );
    return page.of(rows, toDocument, (row) => [row.created_at, row.document_id]);
  });

  mountTenantOperation(app, context, 'getDocument', async (client, { principal, params }) => {
    const { row, pack } = await requireDocument(client, principal.tenant, params.id);
    return { ...toDocument(row), snapshot: pack };
  });

  mountTenantOperation(app, context, 'printDocument', async (client, call) => {
    const { principal, params, query, request, reply } = call;
    const { row, pack } = await requireDocument(client, principal.tenant, params.id);
    const language = query.lang ?? languageOf(request, reply);
    const file = await printEvidencePack(pack, row.snapshot_sha256, language);
    reply.headers({
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="${row.document_id}-${language}.pdf"`,
      'content-language': language,
      'repr-digest': `sha-256=:${createHash('sha256').update(file).digest('base64')}:`,
    });
    return Buffer.from(file);
  });
}
