export const LANGUAGES = ['en', 'vi'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The best of the offered languages for an `Accept-Language` header (RFC 9110, 12.5.4); English where none fits. */
export function negotiateLanguage(header: string | undefined): Language {
  let best: Language = 'en';
  let bestQuality = 0;
  for (const part of (header ?? '').split(',')) {
    const [range = '', ...parameters] = part.trim().toLowerCase().split(';');
    const weight = parameters.map(
      (parameter) => /^\s*q=([01](?:\.\d{0,3})?)\s*$/.exec(parameter)?.[1],
    );
    const quality = Number(weight.find((found) => found !== undefined) ?? 1);
    const language = LANGUAGES.find((offered) => offered === range.split('-')[0]);
    if (language !== undefined && quality > bestQuality) {
      best = language;
      bestQuality = quality;
    }
  }
  return best;
}
