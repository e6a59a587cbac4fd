export const LANGUAGES = ['vi', 'en'] as const;
export type Language = (typeof LANGUAGES)[number];

const STORAGE_KEY = 'verimeter.language';

function isLanguage(text: unknown): text is Language {
  return text === 'vi' || text === 'en';
}

/** The remembered choice, else the first language of the browser that the product speaks, else Vietnamese. */
export function initialLanguage(remembered: string | null, preferred: readonly string[]): Language {
  if (isLanguage(remembered)) return remembered;
  const known = preferred.map((tag) => tag.toLowerCase().split('-')[0]).find(isLanguage);
  return known ?? 'vi';
}

/** Storage may be refused (private windows); the choice then lasts as long as the page. */
export function rememberedLanguage(): string | null {
  try {
    return globalThis.localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

export function rememberLanguage(language: Language): void {
  try {
    globalThis.localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // see rememberedLanguage
  }
}
