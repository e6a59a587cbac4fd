import { z } from 'zod';
import {
  choiceParam,
  identifierParam,
  instant,
  listOf,
  numericIdParam,
  pageParams,
} from './common.ts';
import { evidencePack } from './evidence-pack.ts';
import { LANGUAGES } from './language.ts';

const DOCUMENT_KINDS = ['evidence_pack'] as const;

export const storedDocument = z.object({
  id: z.string().meta({ examples: ['EP-2026-000123'] }),
  kind: z.enum(DOCUMENT_KINDS),
  device_id: z.string(),
  request_id: z.int().nullable(),
  created_by: z.object({ id: z.string(), name: z.string().nullable() }),
  created_at: instant,
  snapshot_sha256: z.string().meta({
    description: 'Of the snapshot as JSON with the keys of each object in order',
  }),
  pdf_sha256: z
    .object({ vi: z.string(), en: z.string() })
    .meta({ description: 'Of the files as they were made' }),
});
export type StoredDocument = z.infer<typeof storedDocument>;

export const documentDetail = storedDocument.extend({ snapshot: evidencePack });
export type DocumentDetail = z.infer<typeof documentDetail>;

export const documentList = listOf(storedDocument);
export const documentListQuery = z.strictObject({
  kind: choiceParam(DOCUMENT_KINDS).optional(),
  device_id: identifierParam.optional(),
  request_id: numericIdParam.optional(),
  ...pageParams,
});

export const documentPath = z.strictObject({
  id: z
    .string()
    .regex(/^[A-Z]{2}-\d{4}-\d{6,9}$/, 'must be the id of a document, such as EP-2026-000123')
    .meta({ examples: ['EP-2026-000123'] }),
});

const language = z
  .enum(LANGUAGES, { error: `must be one of ${LANGUAGES.join(', ')}` })
  .optional()
  .meta({ description: 'Default: by Accept-Language' });
export const printQuery = z.strictObject({ lang: language });

export const evidencePackInput = z
  .strictObject({
    days: z
      .int({ error: 'must be a whole number of days' })
      .min(7, 'must be at least 7')
      .max(400, 'must be at most 400')
      .default(90)
      .meta({ description: 'Days before the last reading whose readings are shown' }),
  })
  .meta({ examples: [{ days: 90 }] });
