import type { Messages } from '../i18n/messages-en.ts';
import type { DialectEntry } from '../lib/source-draft.ts';

type Texts = Messages['sources'];

/** Names of products are those of everywhere; what describes is in the reader's language. */
export const dialectTitle = ({ name, title }: DialectEntry, { dialects }: Texts): string =>
  dialects[name] ?? title;

export const optionText = (name: string, dialect: DialectEntry, texts: Texts): string | undefined =>
  texts.optionTexts[name] ?? dialect.options[name];

/** What the form calls a field of the API; what it has no field for keeps its name. */
export function fieldLabel(field: string, texts: Texts): string {
  const labels: Readonly<Record<string, string>> = {
    name: texts.name,
    dialect: texts.dialect,
    filter: texts.filter,
    further: texts.form.further,
    'settings.zone': texts.form.zone,
    'settings.device_class': texts.form.deviceClass,
    'settings.device_id': texts.form.deviceId,
  };
  return labels[field] ?? field.replace(/^settings\.(options\.)?/, '');
}
