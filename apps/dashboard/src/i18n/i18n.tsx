import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
} from 'react';
import { createFormatter, type Formatter, localeOf } from '../lib/format.ts';
import {
  initialLanguage,
  type Language,
  rememberedLanguage,
  rememberLanguage,
} from './language.ts';
import { type Messages, messagesEn } from './messages-en.ts';
import { messagesVi } from './messages-vi.ts';
import type { Vocabulary } from './vocabulary.ts';
import { vocabularyEn } from './vocabulary-en.ts';
import { vocabularyVi } from './vocabulary-vi.ts';

const TEXTS: Readonly<Record<Language, { messages: Messages; vocabulary: Vocabulary }>> = {
  vi: { messages: messagesVi, vocabulary: vocabularyVi },
  en: { messages: messagesEn, vocabulary: vocabularyEn },
};

interface Localisation {
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
  readonly t: Messages;
  readonly words: Vocabulary;
  readonly format: Formatter;
}

const Context = createContext<Localisation | undefined>(undefined);

function declareLanguage(language: Language): void {
  document.documentElement.lang = language;
}

export function LocalisationProvider({ children }: { readonly children: ReactNode }) {
  const [language, choose] = useState<Language>(() =>
    initialLanguage(rememberedLanguage(), navigator.languages),
  );
  // Before the children render: the API client and screen readers read it from the document.
  declareLanguage(language);
  const setLanguage = useCallback((chosen: Language) => {
    rememberLanguage(chosen);
    choose(chosen);
  }, []);
  const value = useMemo(() => {
    const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const { messages, vocabulary } = TEXTS[language];
    return {
      language,
      setLanguage,
      t: messages,
      words: vocabulary,
      format: createFormatter(localeOf(language, navigator.languages), zone),
    };
  }, [language, setLanguage]);
  return <Context value={value}>{children}</Context>;
}

/** Texts, words and formats of the chosen language. */
export function useText(): Localisation {
  const value = use(Context);
  if (value === undefined) throw new Error('useText needs a LocalisationProvider');
  return value;
}

/** Names the page in the browser's tab and history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Verimeter`;
  }, [title]);
}
