import { z } from 'zod';
import { instant } from './common.ts';

/** In rising order of rights; a `device` key may publish, but not read. */
export const READER_ROLES = ['viewer', 'operator', 'admin'] as const;
export type ReaderRole = (typeof READER_ROLES)[number];

export const sessionRequest = z.strictObject({
  key: z
    .string({ error: 'is required: the key after `#key=` in the link' })
    .min(1, 'is empty')
    .max(512, 'is too long for a key'),
});

export const session = z.object({
  tenant: z.string(),
  role: z.enum(READER_ROLES),
  zone: z.string().meta({ description: 'IANA time zone of the tenant' }),
  expires_at: instant.nullable().meta({ description: 'null: signed in with a key, not a session' }),
});
export type Session = z.infer<typeof session>;
