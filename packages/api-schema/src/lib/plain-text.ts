import { z } from 'zod';

/** Text that every store can keep: no NUL, no half of a character; blanks around it are not kept. */
export const plainText = (most: number): z.ZodString =>
  z
    .string({ error: 'must be a text' })
    .trim()
    .max(most, `must be at most ${most} characters`)
    .refine(
      (text) => text.isWellFormed() && !text.includes('\0'),
      'has a character that cannot be kept (NUL, or half of a surrogate pair); take it out',
    );

/** The same, not empty. */
export const filledText = (most: number, what: string): z.ZodString =>
  plainText(most).min(1, `is empty: give ${what}`);
