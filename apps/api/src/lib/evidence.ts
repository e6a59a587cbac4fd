import {
  type Evidence,
  type EvidenceValues,
  type Language,
  evidenceText,
  negotiateLanguage,
} from '@verimeter/api-schema';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** As stored: a code and its values. */
export interface StoredEvidence {
  readonly code: string;
  readonly values?: EvidenceValues;
}

export function renderEvidence(
  items: readonly StoredEvidence[],
  language: Language,
  zone: string,
): Evidence[] {
  return items.map(({ code, values = {} }) => ({
    code,
    values: { ...values },
    text: evidenceText(code, values, language, zone),
  }));
}

/** The language of the answer; caches are told that it depends on the request. */
export function languageOf(request: FastifyRequest, reply: FastifyReply): Language {
  const language = negotiateLanguage(request.headers['accept-language']);
  reply.headers({ vary: 'accept-language', 'content-language': language });
  return language;
}
