import { z } from 'zod';
import { instant, listOf, numericIdParam } from './common.ts';

const PAGE = /^[a-z][a-z-]{0,31}$/;
// U+0000 is no character of the database, half a surrogate pair none of any text.
const isStorable = (text: string): boolean => !text.includes('\0') && text.isWellFormed();
const pageName = z
  .string({ error: 'is required, given once' })
  .regex(PAGE, 'must be 1 to 32 of a-z and -, beginning with a letter')
  .meta({ examples: ['fleet'] });

export const savedView = z.object({
  id: z.int(),
  page: z.string(),
  name: z.string(),
  query: z.string().meta({ description: 'Parameters of the page as in its address, without ?' }),
  shared: z.boolean().meta({ description: 'All keys of the tenant see it' }),
  own: z.boolean().meta({ description: 'Saved with the key that is asking' }),
  created_at: instant,
});
export type SavedView = z.infer<typeof savedView>;

export const savedViewList = listOf(savedView);
export const savedViewListQuery = z.strictObject({
  page: pageName.optional().meta({ description: 'Views of this page only' }),
});

export const savedViewInput = z.strictObject({
  page: pageName,
  name: z
    .string({ error: 'must be a text' })
    .trim()
    .min(1, 'must not be empty')
    .max(80, 'must be at most 80 characters')
    .refine(isStorable, 'has a character that cannot be stored')
    .meta({ examples: ['Quá hạn ở Hạ Long'] }),
  query: z
    .string({ error: 'must be a text' })
    .max(4000, 'must be at most 4000 characters')
    .refine(isStorable, 'has a character that cannot be stored')
    .meta({ examples: ['legal_status=expired&sort=due_on'] }),
  shared: z.boolean({ error: 'must be true or false' }).default(false),
});

export const savedViewPath = z.strictObject({ id: numericIdParam });
