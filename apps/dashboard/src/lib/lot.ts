import type { Lot } from '@verimeter/api-schema';
import type { LotTexts } from '../i18n/lots-en.ts';

const known = (part: string): boolean => part !== '?';

/** Name and details of a lot from its key, kind|manufacturer|model|class|size|year, of which `?` is not known. */
export function lotName(lot: string, texts: LotTexts): { name: string; details: string } {
  const [, manufacturer = '?', model = '?', accuracyClass = '?', size = '?', year = '?'] =
    lot.split('|');
  const name = [manufacturer, model].filter(known).join(' · ');
  const details = [
    known(accuracyClass) ? texts.classOf(accuracyClass) : '',
    known(size) ? size : '',
    known(year) ? texts.built(year) : '',
  ].filter((part) => part !== '');
  return { name: name === '' ? texts.unknown : name, details: details.join(' · ') };
}

/** What the sampling plan of a lot asks for. */
export type SampleAdvice = 'conforms' | 'fails' | 'never' | 'sample';

export function sampleAdvice({ plan }: Pick<Lot, 'plan'>): SampleAdvice {
  if (plan.n === 0) return plan.accept < 0 ? 'fails' : 'conforms';
  return plan.accept < 0 ? 'never' : 'sample';
}
