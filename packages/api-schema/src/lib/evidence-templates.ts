import type { Language } from './language.ts';

/**
 * Sentences by evidence code. `{name}` is a value as it is, `{name|percent}` and `{name|signed}` a ratio in percent,
 * `{name|whole}` a number without decimals.
 */
export const EVIDENCE_TEMPLATES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {};
