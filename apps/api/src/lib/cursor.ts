import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { ProblemError } from './problem-error.ts';

/** What a cursor belongs to: the list, the tenant and the filters. With others it is refused. */
export interface CursorScope {
  readonly list: string;
  readonly tenant: string;
  readonly filters: Readonly<Record<string, unknown>>;
}

type Key = string | number | boolean | null;
type Position = readonly (Key | readonly Key[])[];

// Protects against mix-ups and damage, not against forgery: a crafted position shows nothing that the tenant could
// not list anyway. So no secret is needed, and a cursor survives restarts and works on every replica.
function checksum(scope: CursorScope, position: string): string {
  const filters = Object.entries(scope.filters)
    .filter(([name, value]) => name !== 'cursor' && name !== 'limit' && value !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify([scope.list, scope.tenant, filters, position]))
    .digest('base64url')
    .slice(0, 12);
}

export function encodeCursor(scope: CursorScope, position: Position): string {
  const text = JSON.stringify(position);
  return `${Buffer.from(text).toString('base64url')}.${checksum(scope, text)}`;
}

/** @throws {ProblemError} `invalid_cursor` when it is not one that this list has given for these filters. */
export function decodeCursor<Schema extends z.ZodType>(
  scope: CursorScope,
  cursor: string,
  schema: Schema,
): z.output<Schema> {
  const [encoded = '', check] = cursor.split('.');
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  if (check === checksum(scope, text)) {
    const position = schema.safeParse(JSON.parse(text));
    if (position.success) return position.data;
  }
  const message =
    'is not one this list has given for these parameters; start again without a cursor';
  throw new ProblemError('invalid_cursor', `"cursor" ${message}.`, {
    errors: [{ field: 'cursor', message }],
  });
}
