import { useText } from '../i18n/i18n.tsx';
import { LANGUAGES, type Language } from '../i18n/language.ts';

export function Wordmark() {
  return (
    <span className="wordmark">
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <path d="M5 22a11 11 0 0 1 22 0" className="wordmark-dial" />
        <path d="M16 22 21.5 13" className="wordmark-needle" />
        <circle cx="16" cy="22" r="2.4" className="wordmark-pin" />
      </svg>
      Verimeter
    </span>
  );
}

/** Each language is named in itself, for those who cannot read the present one; a name contains what is seen (WCAG 2.5.3). */
const OWN_NAMES: Readonly<Record<Language, string>> = { vi: 'Tiếng Việt', en: 'English' };
const SHORT_NAMES: Readonly<Record<Language, string>> = { vi: 'VI', en: 'EN' };

export function LanguageSwitch() {
  const { t, language, setLanguage } = useText();
  return (
    <div className="segments" role="group" aria-label={t.product.language}>
      {LANGUAGES.map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-label={`${SHORT_NAMES[one]} ${OWN_NAMES[one]}`}
          title={OWN_NAMES[one]}
          aria-pressed={one === language}
          onClick={() => setLanguage(one)}
        >
          {SHORT_NAMES[one]}
        </button>
      ))}
    </div>
  );
}
