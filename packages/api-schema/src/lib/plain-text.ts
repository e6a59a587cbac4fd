import { z } from 'zod';

const keptText = (most: number): z.ZodString =>
  z
    .string({ error: 'must be a text' })
    .trim()
    .max(most, `must be at most ${most} characters`)
    .refine(
      (text) => text.isWellFormed() && !text.includes('\0'),
      'has a character that cannot be kept (NUL, or half of a surrogate pair); take it out',
    );

/** Text that every store can keep: no NUL, no half of a character; blanks around it are not kept. */
export const plainText = (most: number): z.ZodString =>
  keptText(most).meta({ pattern: String.raw`^[^\u0000]*$` });

/** The same, not empty. */
export const filledText = (most: number, what: string): z.ZodString =>
  keptText(most)
    .min(1, `is empty: give ${what}`)
    .meta({ pattern: String.raw`^[^\u0000]*[^\s\u0000][^\u0000]*$` });
