import type { EvidencePack, Language } from '@verimeter/api-schema';
import { balancedQuantity } from '@verimeter/metrology';
import { RECOMMENDATIONS } from '@verimeter/telemetry';
import { createFormat, type Format } from '../format.ts';
import { PACK_WORDS, type PackWords } from './words.ts';

/** What every part of a pack is printed with. */
export interface Printing {
  readonly pack: EvidencePack;
  /** Of the snapshot. */
  readonly sha256: string;
  readonly language: Language;
  readonly words: PackWords;
  readonly format: Format;
}

export const printingOf = (pack: EvidencePack, sha256: string, language: Language): Printing => ({
  pack,
  sha256,
  language,
  words: PACK_WORDS[language],
  format: createFormat(language, pack.zone),
});

/** Estimates, what asks for something first. */
export const byUrgency = (pack: EvidencePack): EvidencePack['estimates'] =>
  pack.estimates.toSorted(
    (left, right) =>
      RECOMMENDATIONS.indexOf(right.recommendation) - RECOMMENDATIONS.indexOf(left.recommendation),
  );

/** Whether devices of the kind count anything. */
export const hasRegister = ({ device }: EvidencePack): boolean =>
  balancedQuantity(device.kind) !== undefined;

/** Digits of a register and of what it counted in a day or month. */
export const REGISTER_DIGITS = 3;
export const AMOUNT_DIGITS = 2;
